//! The configuration, from the arguments that QEMU gives to the image: `-semihosting-config enable=on,target=native,arg=bridge,arg=KEY=VALUE,...`.

use bridge::Config;
use heapless::String;
use semihosting::{eprintln, process};
use static_cell::StaticCell;

/// All arguments together.
const MAX: usize = 512;

/// Reads it, or says what is wrong and ends.
pub(crate) fn read() -> Config<'static> {
    static TEXT: StaticCell<String<MAX>> = StaticCell::new();
    let text = TEXT.init(String::new());
    if gather(text).is_none() {
        eprintln!("error: the arguments cannot be read, or have more than {MAX} bytes");
        process::exit(2);
    }
    match Config::parse(text) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("error: {error}\nGive the configuration as arguments: arg=bridge,arg=ness=10.0.2.2:2401");
            process::exit(2);
        }
    }
}

/// The arguments behind the first, which is the name of the program.
fn gather(text: &mut String<MAX>) -> Option<()> {
    let arguments = semihosting::experimental::env::args::<MAX>().ok()?;
    for argument in (&arguments).into_iter().skip(1) {
        text.push_str(argument.ok()?).ok()?;
        text.push(' ').ok()?;
    }
    Some(())
}
