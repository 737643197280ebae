//! A server for KTS hosts: gateways in flats that dial in, and the programs of the building that want to see and switch things in them.
//!
//! ```text
//!  hosts ══ TCP, TLS ══▶ host::serve ──▶ Store ──▶ notes ──▶ api ◀══ HTTPS, WebSocket ══ programs of the building
//!                           ▲                        │
//!                           └──────── wake ◀─────────┘
//! ```
//!
//! Everything that must not be lost is a record in the [`store`]; what happened is told by [`Note`](store::Note)s, sent only after the
//! record is durable. A connection that is told to wake looks into the store for what it has to do. With a store that several processes
//! share, the notes pass between them too, so the parts do not know how many processes there are. See `docs/kts-server.md`.
#![forbid(unsafe_code)]

pub mod access;
pub mod api;
pub mod config;
pub mod error;
pub mod exchange_log;
mod host;
mod housekeeping;
pub mod hub;
pub mod ids;
pub mod metrics;
pub mod pool;
pub mod records;
pub mod server;
pub mod store;
pub mod tls;
