//! The `panelctl` command as a user meets it: real processes, real sockets.

mod decode;
mod process;
