//! `rollcall-server serve`: the site over a public folder, and beside it the desk where there is a private zone.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use store::{DataFolder, Publisher, StoreError};
use tlog::SequencerError;
use tokio::task::JoinHandle;

use crate::desk::openid::Provider;
use crate::desk::{self, Desk};
use crate::mail::{Post, Worker};
use crate::settings::{Releasing, Settings as Operator};
use crate::web::{self, Limits, Settings, Site, SiteAddress};

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data folder of a register
    #[arg(long, value_name = "FOLDER", required_unless_present = "folder", conflicts_with = "folder")]
    data: Option<PathBuf>,
    /// Serve one zone only, from a copy of its folder
    #[arg(long, value_name = "ZONE", requires = "folder")]
    only: Option<Zone>,
    /// The public folder, or a copy of it
    #[arg(long, value_name = "FOLDER", requires = "only")]
    folder: Option<PathBuf>,
    /// The address to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,
    /// Whom to write to, as a TOML file: [contact] with email, address and accessibility, each optional
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Where the public finds this site, such as https://register.example.org: for feeds, sitemaps and the catalogue,
    /// which others copy, and for links in mails. Without it the former use the address of each request, and shared
    /// caches may not keep them, and the latter the address that is listened at
    #[arg(long, value_name = "ADDRESS")]
    site_address: Option<SiteAddress>,
    /// Requests that one client may make in a minute to the API, feeds and downloads; 0 for any number
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().a_minute)]
    requests_per_minute: u32,
    /// Proxies of your own in front of this process that write X-Forwarded-For; with 0 that header is never believed
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    trusted_proxies: usize,
}

/// A zone that can be served alone.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Zone {
    /// What is published, and nothing else
    Public,
}

/// Serves until it is told to stop.
///
/// # Errors
/// If there is no register, or the address cannot be listened at.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).with_ansi(colours).init();
    let operator = arguments.settings.as_deref().map(Operator::read).transpose()?.unwrap_or_default();
    let limits = Limits { a_minute: arguments.requests_per_minute, proxies: arguments.trusted_proxies };
    let settings = Settings { address: arguments.site_address.clone(), limits, operator: operator.clone() };
    let site = match (&arguments.data, &arguments.folder, arguments.only) {
        (Some(data), ..) => Site::of_data(&recovered(DataFolder::at(data))?, settings),
        (None, Some(folder), Some(Zone::Public)) if folder.join("register.sqlite").is_file() => {
            Site::of_copy(folder, settings)
        }
        (None, Some(folder), Some(Zone::Public)) => anyhow::bail!(
            "{}: there is no register.sqlite here; expected the public folder of a register",
            folder.display()
        ),
        _ => anyhow::bail!("expected --data FOLDER, or --only public --folder FOLDER"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen)
            .await
            .with_context(|| format!("cannot listen at {}", arguments.listen))?;
        let address = listener.local_addr()?;
        println!("Rollcall serves this register on http://{address}");
        let public = web::router(site.clone());
        let (mut publishing, mut sending) = (None, None);
        let router = match &arguments.data {
            Some(data) => {
                let address = arguments.site_address.clone().unwrap_or_else(|| SiteAddress::of_listener(address));
                let openid = operator.sign_in.openid.as_ref().map(Provider::of).transpose()?;
                let releasing = Releasing::of(&operator.release)?;
                let proxies = arguments.trusted_proxies;
                let settings = desk::Settings { address, operator, proxies, openid, papers: None, releasing };
                let desk = Desk::open(DataFolder::at(data), site, settings)?;
                publishing = Some(Publishing::start(desk.clone())?);
                sending = sender(&desk)?;
                desk::router(desk).merge(public)
            }
            None => public,
        };
        web::serve(listener, router, web::shutdown_signal()).await?;
        // What is being sent at this moment is sent again, recognisably, when the server is back.
        sending.inspect(JoinHandle::abort);
        publishing.map_or(Ok(()), Publishing::end)
    })
}

/// Begins to send the desk's mail, where the settings say how.
fn sender(desk: &Desk) -> anyhow::Result<Option<JoinHandle<()>>> {
    let Some(settings) = &desk.settings().operator.mail else {
        tracing::info!("mail waits in the outbox: the settings do not say how to send it");
        return Ok(None);
    };
    let (worker, clock) = (Worker::new(Post::of(settings)?, desk.clone()), desk.clone());
    let running = worker.run(desk.written(), move || clock.now(), std::future::pending());
    Ok(Some(tokio::spawn(running)))
}

/// The thread that brings what cases owe the public into the log.
struct Publishing {
    desk: Desk,
    thread: std::thread::JoinHandle<()>,
}

impl Publishing {
    fn start(desk: Desk) -> anyhow::Result<Self> {
        let own = desk.clone();
        let thread = std::thread::Builder::new().name("publishing".to_owned()).spawn(move || own.publish())?;
        Ok(Self { desk, thread })
    }

    /// Lets it finish what it has begun.
    fn end(self) -> anyhow::Result<()> {
        self.desk.bell().end();
        self.thread.join().map_err(|_| anyhow::anyhow!("the publishing thread has a fault"))
    }
}

/// A register, after whatever a crash left undone has been finished. While somebody publishes, that
/// is theirs to do.
fn recovered(folder: DataFolder) -> anyhow::Result<DataFolder> {
    match Publisher::open(folder.clone()) {
        Ok(_) => {}
        Err(StoreError::Log(tlog::Error::Sequencer(SequencerError::Locked { .. }))) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(folder)
}
