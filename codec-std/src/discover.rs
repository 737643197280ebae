//! Which G90 panels there are: everybody is asked for host information, or one panel is looked for by its identity.
//!
//! [`blocking::Discovery`](crate::blocking::Discovery) and [`tokio::Discovery`](crate::tokio::Discovery) ask a [`Query`], again every three
//! seconds, and give each panel that answers once.
//!
//! ```no_run
//! use codec_std::blocking::Discovery;
//! use codec_std::discover::{Heard, Query};
//!
//! let mut discovery = Discovery::start(Query::all())?;
//! while let Some(heard) = discovery.next()? {
//!     if let Heard::Panel(panel) = heard {
//!         println!("{} at {}", panel.device_id, panel.from);
//!     }
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use codec_core::EncodeError;
use codec_core::g90::local::{
    BROADCAST_MILLIS, CommandCode, HostInfo, Message, ProbeReply, Reply, Send, TARGETED_MILLIS, decode, decode_reply, encode_probe, mend,
};
use codec_core::g90::{COMMAND_PORT, DISCOVERY_PORT, NOTIFICATION_PORT};

/// Longest datagram that is looked at, in bytes.
pub(crate) const LONGEST: usize = 2048;

/// The question is asked again after so long: it or its answer may get lost.
const AGAIN: Duration = Duration::from_secs(3);

/// A question, whom to ask, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The identity that is looked for; everybody is asked if there is none.
    device_id: Option<String>,
    question: Vec<u8>,
    to: SocketAddr,
    listen: SocketAddr,
    wait: Duration,
}

impl Query {
    /// Everybody in the network is asked for host information, from a free port, and may answer for 10 seconds.
    #[must_use]
    pub fn all() -> Self {
        let mut question = vec![0; 32];
        // It fits.
        let len = Send::Plain(CommandCode::GetHostInfo).encode(&mut question).unwrap_or(0);
        question.truncate(len);
        let any = Ipv4Addr::UNSPECIFIED;
        let wait = Duration::from_millis(BROADCAST_MILLIS.into());
        Self { device_id: None, question, to: (Ipv4Addr::BROADCAST, COMMAND_PORT).into(), listen: (any, 0).into(), wait }
    }

    /// The panel with this identity (GUID) is looked for. Its answer comes to port 12901, that of notifications, and may take 30 seconds.
    ///
    /// # Errors
    /// As [`encode_probe`].
    pub fn device(id: &str) -> Result<Self, EncodeError> {
        let mut question = vec![0; 128];
        let len = encode_probe(id, &mut question)?;
        question.truncate(len);
        let (to, listen) = ((Ipv4Addr::BROADCAST, DISCOVERY_PORT).into(), (Ipv4Addr::UNSPECIFIED, NOTIFICATION_PORT).into());
        let wait = Duration::from_millis(TARGETED_MILLIS.into());
        Ok(Self { device_id: Some(id.into()), question, to, listen, wait })
    }

    /// The port at which panels take the question.
    #[must_use]
    pub const fn port(&self) -> u16 {
        if self.device_id.is_some() { DISCOVERY_PORT } else { COMMAND_PORT }
    }

    /// Asks one panel, or another network by its broadcast address, instead of everybody.
    #[must_use]
    pub fn ask(mut self, to: SocketAddr) -> Self {
        self.to = to;
        if to.is_ipv6() != self.listen.is_ipv6() {
            let any = if to.is_ipv6() { IpAddr::from(Ipv6Addr::UNSPECIFIED) } else { Ipv4Addr::UNSPECIFIED.into() };
            self.listen.set_ip(any);
        }
        self
    }

    /// Where answers come in.
    #[must_use]
    pub const fn listen_on(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Where answers will come in.
    #[must_use]
    pub const fn listens_on(&self) -> SocketAddr {
        self.listen
    }

    /// How long answers are waited for.
    #[must_use]
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }
}

/// A panel that has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it answered from; with [`Query::all`] it takes commands there.
    pub from: SocketAddr,
    /// Its identity; the one that was asked for where that was part of the question. It may be empty.
    pub device_id: String,
    datagram: Vec<u8>,
}

impl Found {
    /// Its answer, as it came; what was not UTF-8 is replaced by question marks.
    #[must_use]
    pub fn datagram(&self) -> &[u8] {
        &self.datagram
    }

    /// The answer to [`Query::all`].
    #[must_use]
    pub fn info(&self) -> Option<HostInfo<'_>> {
        info(&self.datagram)
    }

    /// The answer to [`Query::device`].
    #[must_use]
    pub fn probe(&self) -> Option<ProbeReply<'_>> {
        probe(&self.datagram)
    }
}

fn info(datagram: &[u8]) -> Option<HostInfo<'_>> {
    let Ok(Reply::Answer(answer)) = decode_reply(datagram) else { return None };
    answer.expect(CommandCode::GetHostInfo).ok()?;
    HostInfo::read(answer.data()).ok()
}

fn probe(datagram: &[u8]) -> Option<ProbeReply<'_>> {
    let Ok(Message::ProbeReply(reply)) = decode(datagram) else { return None };
    Some(reply)
}

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard {
    /// A panel answered for the first time.
    Panel(Found),
    /// Something that is no answer came from there: the port of notifications gets those as well.
    Noise(SocketAddr),
}

/// A query that is being asked, but for its socket.
#[derive(Debug)]
pub(crate) struct Search {
    query: Query,
    /// When it is asked again.
    again: Instant,
    end: Instant,
    seen: Vec<(SocketAddr, String)>,
}

impl Search {
    pub(crate) fn new(query: Query, now: Instant) -> Self {
        let end = now + query.wait;
        Self { query, again: now, end, seen: Vec::new() }
    }

    /// The question and whom to ask, if it is time.
    pub(crate) fn question(&mut self, now: Instant) -> Option<(&[u8], SocketAddr)> {
        if now < self.again || now >= self.end {
            return None;
        }
        self.again = now + AGAIN;
        Some((&self.query.question, self.query.to))
    }

    /// Until when an answer is waited for, before the question is asked again; `None` at the end.
    pub(crate) fn until(&self, now: Instant) -> Option<Instant> {
        (now < self.end).then_some(self.again.min(self.end))
    }

    /// Takes a datagram in; `None` if its panel has answered before.
    pub(crate) fn take(&mut self, datagram: &[u8], from: SocketAddr) -> Option<Heard> {
        let mut datagram = datagram.to_vec();
        mend(&mut datagram);
        let device_id = match &self.query.device_id {
            Some(id) => probe(&datagram).map(|_| id.clone()),
            None => info(&datagram).map(|info| info.host_guid.to_string()),
        };
        let Some(device_id) = device_id else { return Some(Heard::Noise(from)) };
        let known = (from, device_id);
        if self.seen.contains(&known) {
            return None;
        }
        self.seen.push(known.clone());
        Some(Heard::Panel(Found { from, device_id: known.1, datagram }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"ISTART[206,[\"GA18018B3001021\",\"TSV018-C3SIA\",\"1.2\",\"1.1\",\"206\",\"206\",3,3,0,2,\"4242\",50,100]]IEND\0";

    #[test]
    fn the_question_is_asked_again_until_the_end() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut search = Search::new(Query::all(), start);
        let to = "255.255.255.255:12368".parse().unwrap();
        assert_eq!(search.question(start), Some((&b"ISTART[206,206,\"\"]IEND\0"[..], to)));
        assert_eq!(search.question(at(2)), None);
        assert_eq!(search.until(at(2)), Some(at(3)));
        assert!(search.question(at(9)).is_some());
        assert_eq!([search.until(at(9)), search.until(at(10))], [Some(at(10)), None]);
        assert_eq!(search.question(at(12)), None);
    }

    #[test]
    fn a_panel_is_told_once_and_noise_each_time() {
        let (a, b) = ("192.0.2.7:12368".parse().unwrap(), "192.0.2.8:12368".parse().unwrap());
        let mut search = Search::new(Query::all(), Instant::now());
        let Some(Heard::Panel(found)) = search.take(ANSWER, a) else { panic!() };
        assert_eq!((found.from, found.device_id.as_str(), found.probe()), (a, "GA18018B3001021", None));
        assert!(found.info().is_some_and(|info| info.product_name == "TSV018-C3SIA"));
        assert_eq!(search.take(ANSWER, a), None);
        assert!(matches!(search.take(ANSWER, b), Some(Heard::Panel(_))));
        for noise in [&b"[170,[1,[1]]]\0"[..], b"ISTART[100,[3,\"\",\"x\",\"1\",\"2\"]]IEND\0", b"IWTAC_PROBE_DEVICE_ACK,x\0", b""] {
            assert_eq!(search.take(noise, a), Some(Heard::Noise(a)));
        }
        let mut search = Search::new(Query::device("GA1").unwrap(), Instant::now());
        assert_eq!(search.take(ANSWER, a), Some(Heard::Noise(a)));
        let answer = b"IWTAC_PROBE_DEVICE_ACK,TSV018-C3SIA,1.2,1.1,206,1.8,3,3,1,0,2,50,100\0";
        assert!(matches!(search.take(answer, a), Some(Heard::Panel(found)) if found.device_id == "GA1" && found.probe().is_some()));
        assert!(Query::device("").is_err());
    }
}
