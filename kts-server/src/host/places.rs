//! Places for connections: so many in all, and so many from one address, so that one peer does not take them all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::Metrics;
use crate::server::Server;

/// Between two lines of the log about an address, in milliseconds: who dials without end must not fill it.
const QUIET: u64 = 60_000;

/// What has come from one address.
#[derive(Debug, Default)]
struct Count {
    connections: usize,
    unregistered: usize,
    /// That there are too many is not logged again before, in milliseconds of the server's clock.
    quiet_until: u64,
}

/// The places of a process that are taken.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<HashMap<IpAddr, Count>>);

/// A place, as long as it lives.
#[derive(Debug)]
pub(super) struct Place {
    metrics: Arc<Metrics>,
    places: Arc<Places>,
    origin: IpAddr,
    registered: bool,
}

/// Who counts as one: an IPv4 address, or the network of an IPv6 address, all of which is one peer's.
fn origin(peer: SocketAddr) -> IpAddr {
    match peer.ip().to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

impl Places {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<IpAddr, Count>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A place for a new connection, if there is one.
    pub(super) fn take(server: &Server, peer: SocketAddr) -> Option<Place> {
        let (limits, metrics, origin) = (&server.config.limits, &server.metrics, origin(peer));
        if metrics.connections.get() >= limits.connections as u64 || metrics.unregistered.get() >= limits.unregistered as u64 {
            metrics.connections_refused_total.add(1);
            tracing::debug!(%peer, "one connection too many");
            return None;
        }
        let taken = server.places.with(|all| {
            let count = all.entry(origin).or_default();
            if count.connections < limits.connections_per_address && count.unregistered < limits.unregistered_per_address {
                count.connections += 1;
                count.unregistered += 1;
                return true;
            }
            let now = server.clock.millis();
            if now >= count.quiet_until {
                count.quiet_until = now.saturating_add(QUIET);
                let Count { connections, unregistered, .. } = *count;
                tracing::warn!(%peer, connections, unregistered, "too many connections from one address");
            }
            false
        });
        if !taken {
            metrics.connections_refused_total.add(1);
            metrics.connections_refused_of_address_total.add(1);
            return None;
        }
        metrics.connections.add(1);
        metrics.unregistered.add(1);
        metrics.connections_total.add(1);
        Some(Place { metrics: Arc::clone(metrics), places: Arc::clone(&server.places), origin, registered: false })
    }
}

impl Place {
    /// The host has registered.
    pub(super) fn registered(&mut self) {
        if !std::mem::replace(&mut self.registered, true) {
            self.metrics.unregistered.sub(1);
            self.change(|count| count.unregistered = count.unregistered.saturating_sub(1));
        }
    }

    fn change(&self, change: impl FnOnce(&mut Count)) {
        self.places.with(|all| {
            let Some(count) = all.get_mut(&self.origin) else { return };
            change(count);
            if count.connections == 0 {
                all.remove(&self.origin);
            }
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registered();
        self.metrics.connections.sub(1);
        self.change(|count| count.connections = count.connections.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_peer() {
        let same = |a: &str, b: &str| origin(a.parse().unwrap()) == origin(b.parse().unwrap());
        assert!(same("[2001:db8:1:2::3]:1", "[2001:db8:1:2:ffff::4]:2"));
        assert!(!same("[2001:db8:1:2::3]:1", "[2001:db8:1:3::3]:1"));
        assert!(same("[::ffff:192.0.2.1]:1", "192.0.2.1:2"));
        assert!(!same("192.0.2.1:1", "192.0.2.2:1"));
    }
}
