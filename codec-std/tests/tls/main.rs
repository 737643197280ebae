//! TLS links against servers of every age, over loopback. Certificates are made on the spot.

mod kts;
mod panel;
mod refused;
mod renegotiation;
mod taken;
