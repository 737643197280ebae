//! Sockets for datagrams.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// A UDP socket on `local` that may send to broadcast addresses. Port 0 takes a free port.
///
/// A port other than 0 can be shared by several sockets, of other programs too, if all of them were opened this way: broadcasts reach each
/// of them, a datagram to this host alone reaches one, on Linux that which was opened last.
///
/// # Errors
/// If the address is not of this host, or a socket that does not share has the port.
pub fn bind_udp(local: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
    if local.port() != 0 {
        socket.set_reuse_address(true)?;
        // Elsewhere the option above is for multicast alone. On Linux this one would deal datagrams out by turns.
        #[cfg(all(unix, not(any(target_os = "linux", target_os = "android", target_os = "solaris", target_os = "illumos"))))]
        socket.set_reuse_port(true)?;
    }
    if local.is_ipv4() {
        socket.set_broadcast(true)?;
    }
    socket.bind(&local.into())?;
    Ok(socket.into())
}

/// As [`bind_udp`], for tokio. Must be called on a runtime with I/O.
///
/// # Errors
/// As [`bind_udp`].
#[cfg(feature = "tokio")]
pub fn udp_socket(local: SocketAddr) -> io::Result<tokio::net::UdpSocket> {
    let socket = bind_udp(local)?;
    socket.set_nonblocking(true)?;
    tokio::net::UdpSocket::from_std(socket)
}
