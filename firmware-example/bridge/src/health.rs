//! What a watchdog can trust.

use embassy_time::{Duration, Instant, Timer};

use crate::hub::{Hub, Panel};

/// The task of a panel shows that it lives at least as often.
pub(crate) const BEAT: Duration = Duration::from_secs(5);
/// A task that has shown nothing for as long hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Calls `feed` once per second as long as the task of every panel is alive. It is for a hardware watchdog of a few seconds: a task that
/// never gives way stops this one as well, and one that hangs by itself is missed after 30 s.
pub async fn guard(hub: &Hub, watched: &[Panel], mut feed: impl FnMut()) -> ! {
    let mut seen = Panel::ALL.map(|panel| (hub.pulse(panel), Instant::now()));
    loop {
        let mut alive = true;
        for panel in watched {
            let (pulse, at) = &mut seen[*panel as usize];
            if hub.pulse(*panel) != *pulse {
                (*pulse, *at) = (hub.pulse(*panel), Instant::now());
            }
            alive &= at.elapsed() < PATIENCE;
        }
        if alive {
            feed();
        }
        Timer::after_secs(1).await;
    }
}
