//! Who is let in.

use codec_core::kts::Scheme;
use codec_core::{Env, Instant, Machine};

use crate::joined::{MONDAY, SN, Setup};

#[test]
fn a_host_with_the_right_key_is_let_in() {
    for scheme in [Scheme::Md5, Scheme::HmacSha256] {
        let mut setup = Setup::new();
        (setup.scheme, setup.host.scheme) = (scheme, scheme);
        let mut joined = setup.join();
        joined.run(1_000);
        assert_eq!(joined.take("Registered"), ["Registered { with_other: false }"]);
        assert_eq!(joined.controller.sn(), Some(SN));
        assert!(joined.host.contains(&"Registered".to_string()), "{:?}", joined.host);
    }
}

/// What the server tells about a registration that fails.
fn refusal(change: impl FnOnce(&mut Setup)) -> String {
    let mut setup = Setup::new();
    change(&mut setup);
    let mut joined = setup.join();
    joined.run(100_000);
    assert!(joined.host.contains(&"Closed(LoginRefused)".to_string()), "{:?}", joined.host);
    assert!(joined.server.contains(&"Closed(LoginRefused)".to_string()), "{:?}", joined.server);
    assert_eq!(
        String::from_utf8(joined.to_host.clone()).unwrap(),
        format!("{{\"sn\":\"{SN}\",\"cmd\":\"regrsp\",\"data\":{{\"error\":\"1\"}}}}\r\n")
    );
    joined.take("RegistrationRefused").concat()
}

#[test]
fn a_host_is_refused_for_its_reason() {
    assert_eq!(refusal(|setup| setup.key = "another"), "RegistrationRefused(Signature)");
    assert_eq!(refusal(|setup| setup.scheme = Scheme::HmacSha256), "RegistrationRefused(Signature)");
    assert_eq!(refusal(|setup| setup.host_unix = Some(MONDAY + 400)), "RegistrationRefused(Clock)");
    assert_eq!(refusal(|setup| setup.host_unix = Some(MONDAY - 400)), "RegistrationRefused(Clock)");
    assert_eq!(refusal(|setup| setup.host_unix = None), "RegistrationRefused(Clock)");
    assert_eq!(refusal(|setup| setup.server_unix = None), "RegistrationRefused(NoClock)");
}

#[test]
fn a_registration_that_was_overheard_is_refused() {
    let mut first = Setup::new().join();
    first.run(1_000);
    assert_eq!(first.take("Registered").len(), 1);
    // The same entropy and the same time make the same registration.
    let mut second = Setup::new().join();
    std::mem::swap(&mut second.recent, &mut first.recent);
    second.run(1_000);
    assert_eq!(second.take("RegistrationRefused"), ["RegistrationRefused(Replayed)"]);
}

#[test]
fn a_server_without_a_clock_can_be_told_not_to_look() {
    let mut setup = Setup::new();
    (setup.server_unix, setup.server.clock_window_seconds) = (None, None);
    let mut joined = setup.join();
    joined.run(1_000);
    assert_eq!(joined.take("Registered").len(), 1);
}

#[test]
fn a_silent_host_is_gone_after_three_beats() {
    let mut joined = Setup::new().join();
    joined.run(200_000);
    assert!(joined.take("Closed").is_empty());
    let keepalives = String::from_utf8_lossy(&joined.to_server).matches("keepalive").count();
    let answers = String::from_utf8_lossy(&joined.to_host).matches("keepalive").count();
    assert_eq!((keepalives, answers), (3, 3));
    // The link is dead from here on.
    let (env, at) = (joined.server_env(), joined.controller.poll_timeout().unwrap());
    let env = Env { now: Instant::from_millis(at.as_millis() + 1), ..env };
    let pending = joined.controller.poll_event(&env, &mut joined.rx, &mut joined.tx).unwrap();
    let event = format!("{:?}", joined.controller.event(pending, &joined.rx));
    assert_eq!(event, "Closed(Silent { millis: 180001 })");
}
