//! The interface of the building's programs: HTTP and WebSocket. They see object ids, never group addresses.

mod admin;
mod commands;
mod events;
mod hosts;
mod request;
mod schedules;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::server::Server;

/// The description of the interface.
pub const OPENAPI: &str = include_str!("openapi.json");
/// Connections at one time.
const CONNECTIONS: usize = 4096;
/// How long a handshake, the head of a request and its body may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a handler gives.
type Answer = Result<Response, Error>;

macro_rules! routes {
    ($($path:literal: $($method:ident $handler:path),+;)*) => {
        /// Paths and methods.
        pub const ROUTES: &[(&str, &str)] = &[$($(($path, stringify!($method))),+),*];

        fn router() -> Router<Arc<Server>> {
            Router::new()$(.route($path, MethodRouter::new()$(.$method($handler))+))*
        }
    };
}

routes! {
    "/health": get health;
    "/metrics": get admin::metrics;
    "/openapi.json": get openapi;
    "/v1/events": get events::listen;
    "/v1/hosts": get hosts::list;
    "/v1/hosts/{sn}": get hosts::one, put admin::put_host, delete admin::delete_host;
    "/v1/hosts/{sn}/rotation": post admin::rotate;
    "/v1/hosts/{sn}/zones": get hosts::zones;
    "/v1/hosts/{sn}/objects": get hosts::objects;
    "/v1/hosts/{sn}/objects/{object}": get hosts::object;
    "/v1/hosts/{sn}/objects/{object}/commands": post commands::post;
    "/v1/hosts/{sn}/commands/{id}": get commands::one;
    "/v1/hosts/{sn}/schedules": get schedules::list;
    "/v1/hosts/{sn}/schedules/{id}": get schedules::one, put schedules::put, delete schedules::delete;
    "/v1/users": get admin::users;
    "/v1/users/{name}": put admin::put_user, delete admin::delete_user;
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// For balancers: whether this process takes more.
async fn health(axum::extract::State(server): axum::extract::State<Arc<Server>>) -> Answer {
    if server.is_draining() { Err(Error::Draining) } else { Ok("ok\n".into_response()) }
}

/// Takes connections until the task is dropped.
pub(crate) async fn serve(server: Arc<Server>, listener: TcpListener) {
    let router = router()
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::NoSuchMethod })
        .with_state(Arc::clone(&server));
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (link, peer) = match listener.accept().await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "no connection could be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = link.set_nodelay(true);
        let (server, router) = (Arc::clone(&server), router.clone());
        tokio::spawn(async move {
            let _place = place;
            match &server.api_certificate {
                None => speak(link, router).await,
                Some(certificate) => match tokio::time::timeout(PATIENCE, certificate.acceptor().accept(link)).await {
                    Ok(Ok(link)) => speak(link, router).await,
                    Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
                    Err(_) => tracing::debug!(%peer, "no TLS in time"),
                },
            }
        });
    }
}

async fn speak(link: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let service = hyper_util::service::TowerToHyperService::new(router);
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(64 * 1024);
    if let Err(error) = http.serve_connection(TokioIo::new(link), service).with_upgrades().await {
        tracing::debug!(%error, "a connection of the interface ended");
    }
}
