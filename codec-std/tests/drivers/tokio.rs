//! The driver on tokio over pipes and real sockets.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::common::{LINES, lines_and_end, quiet, told};
use codec_core::ness::controller::Controller;
use codec_std::links::Address;
use codec_std::tokio::Driver;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf, duplex};
use tokio::net::TcpListener;

async fn run<L: AsyncRead + AsyncWrite + Unpin>(driver: &mut Driver<'_, Controller<'_>, L>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(event) = driver.next().await.unwrap() {
        all.extend(told(event));
    }
    assert!(driver.is_closed());
    for _ in 0..3 {
        assert!(driver.next().await.unwrap().is_none());
    }
    all
}

#[tokio::test]
async fn a_trickle_of_single_bytes_gives_whole_lines() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        for byte in LINES.as_bytes() {
            stream.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        // Ends its own half only.
        stream.shutdown().await.unwrap();
        stream
    });
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), address.connect().await.unwrap(), &mut rx, &mut tx).unwrap();
    assert_eq!(run(&mut driver).await, lines_and_end());
    drop(peer.await.unwrap());
}

#[tokio::test]
async fn a_dropped_future_loses_nothing() {
    let (link, mut peer) = duplex(4);
    let writer = tokio::spawn(async move {
        for chunk in LINES.as_bytes().chunks(3) {
            peer.write_all(chunk).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    let (mut all, mut dropped) = (Vec::new(), 0);
    while !driver.is_closed() {
        tokio::select! {
            biased;
            event = driver.next() => all.extend(told(event.unwrap().unwrap())),
            () = std::future::ready(()) => {
                dropped += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    writer.await.unwrap();
    assert_eq!(all, lines_and_end());
    assert!(dropped > LINES.len() / 4, "{dropped}");
}

/// Gives bytes, then an error.
struct Broken(Option<Vec<u8>>);

impl AsyncRead for Broken {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.0.take() {
            Some(bytes) => buffer.put_slice(&bytes),
            None => return Poll::Ready(Err(ErrorKind::ConnectionReset.into())),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn an_error_of_the_link_is_told_once_behind_the_last_event() {
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), Broken(Some(LINES.into())), &mut rx, &mut tx).unwrap();
    let mut all = Vec::new();
    let error = loop {
        match driver.next().await {
            Ok(event) => all.extend(told(event.expect("the error comes before the end"))),
            Err(error) => break error,
        }
    };
    assert_eq!((all, error.kind()), (lines_and_end(), ErrorKind::ConnectionReset));
    assert!(driver.next().await.unwrap().is_none());
}

#[tokio::test]
async fn buffers_serve_one_connection_after_the_other() {
    let (mut rx, mut tx) = ([0; 128], [0; 64]);
    let (link, peer) = duplex(256);
    drop(peer);
    let mut driver = Driver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    assert_eq!(run(&mut driver).await, ["the peer closed the connection"]);
    let (_, rx, tx) = driver.into_parts();
    let (link, mut peer) = duplex(256);
    peer.write_all(LINES.as_bytes()).await.unwrap();
    peer.shutdown().await.unwrap();
    let mut driver = Driver::with_buffers(quiet(), link, rx, tx).unwrap();
    assert_eq!(run(&mut driver).await, lines_and_end());
}
