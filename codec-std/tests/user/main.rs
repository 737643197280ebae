//! Logins of users over connections of their own, against a panel that writes down what it is asked.

mod blocking;
mod panel;
#[cfg(feature = "tokio")]
mod tokio;
