//! `kts-server`: see `docs/kts-server.md`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use kts_server::config::{Config, EXAMPLE};
use kts_server::records::{Signing, User};
use kts_server::server::{Server, open_store};
use kts_server::{access, tls};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tracing::Level;

/// A server for KTS hosts, which are gateways in flats, and for the programs of the building.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Configuration file.
    #[arg(long, global = true, value_name = "FILE", default_value = "kts-server.toml")]
    config: PathBuf,
    /// Look at configuration and certificates, say what is wrong, and do nothing else.
    #[arg(long)]
    check: bool,
    /// Log more: twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Log only what is wrong.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    #[command(subcommand)]
    command: Option<Do>,
}

#[derive(Subcommand)]
enum Do {
    /// Write a configuration file with explanations. An existing one is left alone.
    Init,
    /// Hosts that may come in. With a store in a file the server must not be running; then use its interface.
    #[command(subcommand)]
    Host(HostDo),
    /// Users of the interface. With a store in a file the server must not be running; then use its interface.
    #[command(subcommand)]
    User(UserDo),
}

#[derive(Args)]
struct KeyArgs {
    /// File with the key in its first line, `-` for standard input. Without it a key is made and told.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum HostDo {
    /// Let a host in.
    Add {
        /// Serial number.
        sn: String,
        #[command(flatten)]
        key: KeyArgs,
        /// It signs with HMAC-SHA256 instead of MD5.
        #[arg(long)]
        hmac: bool,
    },
    /// Let a host in no more and forget what it has told.
    Remove {
        /// Serial number.
        sn: String,
    },
    /// Give a host another key, as soon as it is connected.
    Rotate {
        /// Serial number.
        sn: String,
        /// Where it dials from then on.
        #[arg(long)]
        domain: String,
        #[command(flatten)]
        key: KeyArgs,
    },
}

#[derive(Subcommand)]
enum UserDo {
    /// Make a user, or give one other rights and another token. The token is told once.
    Add {
        /// Name.
        name: String,
        /// May do everything.
        #[arg(long)]
        admin: bool,
        /// A host that he may see and switch; may stand several times.
        #[arg(long = "host", value_name = "SN")]
        hosts: Vec<String>,
    },
    /// Delete a user.
    Remove {
        /// Name.
        name: String,
    },
    /// List users.
    List,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let level = match (cli.quiet, cli.verbose) {
        (true, _) => Level::WARN,
        (false, 0) => Level::INFO,
        (false, 1) => Level::DEBUG,
        (false, _) => Level::TRACE,
    };
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(colours).with_target(false).init();
    if matches!(cli.command, Some(Do::Init)) {
        return init(&cli.config);
    }
    let config = Config::load(&cli.config)?;
    if cli.check {
        for files in [&config.hosts.tls, &config.api.tls].into_iter().flatten() {
            tls::Certificate::load(files)?;
        }
        println!("{} is right", cli.config.display());
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Some(Do::Host(what)) => host(&config, what).await,
            Some(Do::User(what)) => user(&config, what).await,
            _ => serve(config).await,
        }
    })
}

fn init(path: &Path) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    // A password may come in: for its owner only.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(path).with_context(|| path.display().to_string())?;
    file.write_all(EXAMPLE.as_bytes())?;
    println!("{} written; next: kts-server user add NAME --admin", path.display());
    Ok(())
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let server = Server::open(config).await?;
    let listeners = server.listen().await?;
    let (hosts, api) = listeners.addresses()?;
    let (mut terminate, mut interrupt, mut hangup) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?);
    let reload = Arc::new(Notify::new());
    let again = Arc::clone(&reload);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            again.notify_one();
        }
    });
    // For those who have started the process and wait until they can go on.
    println!("ready hosts {hosts} api {api}");
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    server.run(listeners, stop, reload).await
}

impl KeyArgs {
    fn read(&self) -> anyhow::Result<Option<String>> {
        let Some(path) = &self.key_file else { return Ok(None) };
        let text = if path == Path::new("-") {
            std::io::read_to_string(std::io::stdin())?
        } else {
            std::fs::read_to_string(path).with_context(|| path.display().to_string())?
        };
        Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
    }
}

/// Errors of the interface as errors of the command line.
fn plain(error: kts_server::error::Error) -> anyhow::Error {
    anyhow::anyhow!("{} ({})", error.message(), error.name())
}

async fn host(config: &Config, what: HostDo) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    match what {
        HostDo::Add { sn, key, hmac } => {
            let given = key.read()?;
            let signing = if hmac { Signing::HmacSha256 } else { Signing::Md5 };
            let is_given = given.is_some();
            let key = access::put_host(&store, &sn, given, signing).await.map_err(plain)?;
            if !is_given {
                println!("{key}");
            }
        }
        HostDo::Remove { sn } => {
            anyhow::ensure!(access::delete_host(&store, &sn).await.map_err(plain)?, "{sn} is not known");
        }
        HostDo::Rotate { sn, domain, key } => access::rotate(&store, &sn, key.read()?, domain).await.map_err(plain)?,
    }
    Ok(())
}

async fn user(config: &Config, what: UserDo) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    match what {
        UserDo::Add { name, admin, hosts } => {
            println!("{}", access::put_user(&store, User { name, admin, hosts }).await.map_err(plain)?);
        }
        UserDo::Remove { name } => {
            anyhow::ensure!(access::delete_user(&store, &name).await.map_err(plain)?, "{name} is not known");
        }
        UserDo::List => {
            for (_, user) in access::users(&store).await.map_err(plain)? {
                let rights = if user.admin { "everything".to_owned() } else { user.hosts.join(" ") };
                println!("{}\t{rights}", user.name);
            }
        }
    }
    Ok(())
}
