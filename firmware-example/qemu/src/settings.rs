//! The configuration, from the arguments that QEMU gives to the image: `-semihosting-config enable=on,target=native,arg=bridge,arg=KEY=VALUE,...`.

use bridge::Config;
use heapless::String;
use semihosting::{eprintln, process};
use static_cell::StaticCell;

/// All arguments together.
const MAX: usize = 512;

/// Ways to fail on purpose, to try what is said about it: `arg=try=panic`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    Panic,
    HardFault,
    Hang,
}

/// What the arguments say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config<'static>,
    pub(crate) failure: Option<Failure>,
}

/// Reads it, or says what is wrong and ends.
pub(crate) fn read() -> Settings {
    static TEXT: StaticCell<String<MAX>> = StaticCell::new();
    let text = TEXT.init(String::new());
    let mut failure = None;
    if gather(text, &mut failure).is_none() {
        eprintln!("error: the arguments cannot be read, or have more than {MAX} bytes");
        process::exit(2);
    }
    match Config::parse(text) {
        Ok(config) => Settings { config, failure },
        Err(error) => {
            eprintln!("error: {error}\nGive the configuration as arguments: arg=bridge,arg=ness=10.0.2.2:2401");
            process::exit(2);
        }
    }
}

/// The arguments behind the first, which is the name of the program.
fn gather(text: &mut String<MAX>, failure: &mut Option<Failure>) -> Option<()> {
    let arguments = semihosting::experimental::env::args::<MAX>().ok()?;
    for argument in (&arguments).into_iter().skip(1) {
        match argument.ok()? {
            "try=panic" => *failure = Some(Failure::Panic),
            "try=fault" => *failure = Some(Failure::HardFault),
            "try=hang" => *failure = Some(Failure::Hang),
            word => text.push_str(word).ok()?,
        }
        text.push(' ').ok()?;
    }
    Some(())
}
