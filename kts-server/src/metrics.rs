//! Numbers for Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that grows, or goes up and down.
#[derive(Debug, Default)]
pub struct Number(AtomicU64);

impl Number {
    /// One more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// One less.
    pub fn sub(&self, count: u64) {
        self.0.fetch_sub(count, Ordering::Relaxed);
    }

    /// What it is.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! metrics {
    ($($name:ident: $kind:literal, $help:literal;)*) => {
        /// The numbers of this process.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $(#[doc = $help] pub $name: Number,)*
        }

        impl Metrics {
            /// All of them in the text format of Prometheus.
            #[must_use]
            pub fn text(&self) -> String {
                let mut text = String::new();
                $(
                    let name = concat!("kts_", stringify!($name));
                    let _ = write!(text, "# HELP {name} {}\n# TYPE {name} {}\n{name} {}\n", $help, $kind, self.$name.get());
                )*
                text
            }
        }
    };
}

metrics! {
    connections: "gauge", "Connections with hosts.";
    unregistered: "gauge", "Connections with hosts that have not registered yet.";
    connections_total: "counter", "Connections with hosts so far.";
    connections_refused_total: "counter", "Connections that were one too many.";
    connections_refused_of_address_total: "counter", "Of these, one too many from their address.";
    registrations_total: "counter", "Registrations that were accepted.";
    registrations_refused_total: "counter", "Registrations that were refused.";
    replays_total: "counter", "Registrations that were used before.";
    foreign_frames_total: "counter", "Frames with the serial number of another host.";
    faults_total: "counter", "Frames that could not be used.";
    frames_total: "counter", "Frames from hosts.";
    received_bytes_total: "counter", "Bytes from hosts.";
    sent_bytes_total: "counter", "Bytes to hosts.";
    updates_total: "counter", "Values that hosts have told.";
    values_refused_total: "counter", "Values and objects that were too long or too many to be kept.";
    slowed_total: "counter", "Times a host was read more slowly because of its limits.";
    synchronised_total: "counter", "Hosts that were asked for everything and have answered.";
    commands_total: "counter", "Commands that were sent to hosts.";
    commands_failed_total: "counter", "Commands that were not confirmed.";
    api_requests_total: "counter", "Requests to the interface.";
    api_refused_total: "counter", "Requests to the interface without a known token, or for something that is not the user's.";
    listeners: "gauge", "WebSockets of the interface.";
    log_lost_total: "counter", "Pieces of the raw log that could not be written in time.";
    tls_reloads_total: "counter", "Certificates that were read again.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_a_line_for_each() {
        let metrics = Metrics::default();
        metrics.updates_total.add(3);
        let text = metrics.text();
        assert!(text.contains("# TYPE kts_updates_total counter\nkts_updates_total 3\n"));
        assert_eq!(text.lines().filter(|line| line.starts_with("# HELP ")).count() * 3, text.lines().count());
    }
}
