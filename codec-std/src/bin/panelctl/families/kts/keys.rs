//! Keys of KTS hosts: from a file or the environment, never from the arguments.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use codec_core::Secret;

use crate::code;

/// The environment variable that is looked at.
pub(crate) const KEY_VARIABLE: &str = "PANELCTL_KEY";

/// Largest file of keys in bytes: room for 100,000 hosts.
const LARGEST: u64 = 16 << 20;

/// Where keys come from.
#[derive(Args, Clone, Debug)]
pub(crate) struct KeyArgs {
    /// Read the keys from a file with a line `SN KEY` for each host
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) keys: Option<PathBuf>,

    /// Read the key of all other hosts from the first line of a file, `-` for standard input
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) key_file: Option<PathBuf>,
}

/// Serial numbers and keys, in the order of the file.
pub(crate) type Listed = Vec<(String, Secret<String>)>;

/// The keys of hosts that may come.
pub(crate) struct Keys {
    listed: HashMap<String, Secret<String>>,
    other: Option<Secret<String>>,
}

impl KeyArgs {
    /// The hosts of the file of keys, if there is one.
    pub(crate) fn listed(&self) -> anyhow::Result<Option<Listed>> {
        self.keys.as_deref().map(read).transpose()
    }

    /// The key of hosts that no file lists.
    pub(crate) fn other(&self) -> anyhow::Result<Option<Secret<String>>> {
        code::given(self.key_file.as_deref(), KEY_VARIABLE)
    }

    /// All keys; asks for one if none is given.
    pub(crate) fn all(&self) -> anyhow::Result<Keys> {
        let listed = self.listed()?;
        let other = match listed {
            Some(_) => self.other()?,
            None => Some(code::ask(self.key_file.as_deref(), KEY_VARIABLE, "Key: ", "--key-file FILE or --keys FILE")?),
        };
        Ok(Keys { listed: listed.unwrap_or_default().into_iter().collect(), other })
    }
}

impl Keys {
    /// For what needs none.
    pub(crate) fn none() -> Self {
        Self { listed: HashMap::new(), other: None }
    }

    /// The key of a host.
    pub(crate) fn of(&self, sn: &str) -> Option<Secret<&str>> {
        let key = self.listed.get(sn).or(self.other.as_ref())?;
        Some(Secret::new(key.expose().as_str()))
    }
}

/// Reads a file of keys. Errors name the line and repeat nothing of it.
fn read(path: &Path) -> anyhow::Result<Listed> {
    let name = path.display();
    let mut text = String::new();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let len = file.take(LARGEST + 1).read_to_string(&mut text).with_context(|| format!("cannot read {name}"))?;
    if u64::try_from(len).is_ok_and(|len| len > LARGEST) {
        bail!("{name} is larger than {} MiB", LARGEST >> 20);
    }
    let mut seen = HashMap::new();
    let mut listed = Listed::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            [sn, key] => {
                if let Some(before) = seen.insert((*sn).to_owned(), number) {
                    bail!("{name}, line {number}: the serial number stands in line {before} already");
                }
                listed.push(((*sn).to_owned(), Secret::new((*key).to_owned())));
            }
            _ => bail!("{name}, line {number}: expected `SN KEY`"),
        }
    }
    if listed.is_empty() {
        bail!("{name} has no line `SN KEY`");
    }
    Ok(listed)
}

/// Writes a new file of keys that only its owner can read.
pub(crate) fn write(path: &Path, hosts: &Listed) -> anyhow::Result<()> {
    let name = path.display();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).with_context(|| format!("cannot create {name}"))?;
    let mut file = BufWriter::new(file);
    let written = hosts.iter().try_for_each(|(sn, key)| writeln!(file, "{sn} {}", key.expose())).and_then(|()| file.flush());
    written.with_context(|| format!("cannot write {name}"))
}

/// A key that nobody can guess: 32 hexadecimal digits.
pub(crate) fn random() -> anyhow::Result<Secret<String>> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers: {error}"))?;
    Ok(Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}
