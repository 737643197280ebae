//! WebSocket (RFC 6455), both ends, without extensions: for protocols that have one inside.
//!
//! ```text
//!   handshake   Client ──── GET /path, Upgrade ────▶ Server        one head each way, read as a stream
//!                      ◀─── 101, or a status ──────
//!   open        Socket { Reader, Writer } on both sides            frames; close and pong are answered inside
//! ```
//!
//! Nothing is stored but the frame header or control frame being read: a message stays where it is, in the caller's
//! [`RxBuf`](crate::RxBuf), is unmasked there, and the framing between its bytes is taken out, so that it can be read as if there
//! were no frames. What arrives is told as soon as it arrives, and a message of any length passes through a buffer of any length.
//!
//! ```
//! use codec_core::ws::{Limits, Payload, Received, Role, Socket};
//! use codec_core::{Env, RxBuf, TxBuf};
//!
//! let (mut out, mut received) = ([0; 256], [0; 256]);
//! let (mut tx, mut rx) = (TxBuf::new(&mut out), RxBuf::new(&mut received));
//! let (mut client, mut server) = (Socket::new(Role::Client, Limits::new()), Socket::new(Role::Server, Limits::new()));
//! let env = Env::default();
//!
//! client.send(&env, &mut tx, Payload::Text("hello"))?;
//! let len = tx.unsent().len();
//! rx.space()[..len].copy_from_slice(tx.unsent());
//! rx.commit(len);
//! tx.sent(len);
//!
//! let Some(Received::Data(piece)) = server.poll(&env, &mut rx, &mut tx) else { panic!("a message") };
//! assert!(piece.first && piece.last);
//! assert_eq!(server.message(&rx), b"hello");
//! # Ok::<(), codec_core::Refused>(())
//! ```

mod accept;
mod client;
mod close;
mod error;
mod frame;
mod handshake;
mod head;
mod reader;
mod server;
mod socket;
mod utf8;
mod writer;

pub use client::{Client, Request};
pub use close::{CloseCode, MAX_REASON};
pub use error::Error;
pub use frame::{Header, MAX_CONTROL, MAX_CONTROL_FRAME, MAX_HEADER, OpCode, Role, apply_mask};
pub use handshake::{HandshakeError, MAX_HEAD, MAX_LINE};
pub use reader::{DEFAULT_LIMIT, Found, Kind, Limits, Piece, Reader};
pub use server::{Accept, Server};
pub use socket::{Received, Socket};
pub use writer::{Payload, Writer};
