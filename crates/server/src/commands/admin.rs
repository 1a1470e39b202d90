//! `rollcall-server admin`: what has to be done on the machine itself, before anybody can sign in.

use std::path::PathBuf;

use casework::Role;
use store::casework::account_events::{AccountEvent, Kind, record};
use store::casework::links::{self, Purpose};
use store::casework::{people, token::Token};
use store::{Casework, DataFolder, StoreError};

use super::now;
use crate::settings::is_email;
use crate::web::SiteAddress;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make the first administrator, and print the link with which they set a password
    #[command(after_help = EXAMPLES)]
    Create(Create),
}

const EXAMPLES: &str = "\
Example:
  rollcall-server admin create --data data --email ada@example.org --name 'Ada Example'

The link works once, and for seven days. Whoever has it gets the account, so hand it over in person.";

/// What `admin create` takes.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// The data folder of a register
    #[arg(long, value_name = "FOLDER")]
    pub data: PathBuf,
    /// The address with which they sign in
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// What they are called
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Make one although there is one, or give an administrator another link
    #[arg(long)]
    pub again: bool,
    /// Where people find this server, for the link that is printed
    #[arg(long, value_name = "ADDRESS", default_value = "http://127.0.0.1:8080")]
    pub site_address: SiteAddress,
}

/// Runs it.
///
/// # Errors
/// Where there is no register, the address is none, or an administrator exists.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Command::Create(create) = &arguments.command;
    println!("{}", self::create(create)?);
    Ok(())
}

/// Makes an administrator and gives the link back.
///
/// # Errors
/// Where there is no register, the address is none, or an administrator exists.
pub fn create(asked: &Create) -> anyhow::Result<String> {
    let folder = DataFolder::at(&asked.data);
    if !folder.exists() {
        return Err(StoreError::NoRegister(asked.data.clone()).into());
    }
    if !is_email(&asked.email) {
        anyhow::bail!("--email: expected an e-mail address such as ada@example.org");
    }
    if !(1..=200).contains(&asked.name.trim().chars().count()) {
        anyhow::bail!("--name: expected 1 to 200 characters");
    }
    let casework = Casework::open(&folder.private().join("casework.sqlite"))?;
    let now = now()?;
    let made: Option<Token> = casework.write(|transaction| -> Result<_, StoreError> {
        if people::administrators(transaction)? > 0 && !asked.again {
            return Ok(None);
        }
        let found = people::credentials(transaction, &asked.email)?.map(|found| found.person.id);
        let person = match found {
            Some(person) => Some(person),
            None => people::invite(transaction, &asked.email, asked.name.trim(), None, now)?,
        };
        let Some(person) = person else { return Ok(None) };
        people::give_role(transaction, person, Role::Administrator, None, None, now)?;
        if people::person(transaction, person)?.is_some_and(|person| person.state == people::State::Disabled) {
            people::enable(transaction, person, None, now)?;
        }
        let event = AccountEvent::of(Kind::Invited, person, None, now);
        record(transaction, &event.with(serde_json::json!({ "by": "command" })))?;
        links::make(transaction, person, Purpose::Invitation, now).map(Some)
    })?;
    let token = made.ok_or_else(|| anyhow::anyhow!("there is an administrator already; --again makes another"))?;
    Ok(asked.site_address.join(&format!("/desk/link/{}", token.secret())))
}
