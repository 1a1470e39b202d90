//! `rollcall-server demo`: fills a data folder with the demonstration, a public register and a desk with cases at every
//! stage, and says with which accounts to look at it.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use register::Moment;
use store::casework::documents::Documents;
use store::casework::people;
use store::{Casework, DataFolder, Publisher, ReleaseKeys, StoreError, publisher};

use crate::demo::{accounts, drafts, fill_desk};
use crate::desk::second_factor::code_at;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data folder; it is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Print the code with which this account of the demonstration signs in now, and do nothing else
    #[arg(long, value_name = "EMAIL")]
    code: Option<String>,
}

/// Fills the folder, unless the demonstration is in it, and prints the accounts.
///
/// # Errors
/// If the folder holds another register, or cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let now = super::now()?;
    let folder = DataFolder::at(&arguments.data);
    if let Some(email) = &arguments.code {
        println!("{}", code(&folder, email, now)?);
        return Ok(());
    }
    folder.create(Some("demonstration.invalid/register"))?;
    let mut publisher = Publisher::open(folder.clone())?;
    let casework = Casework::open(&folder.private().join("casework.sqlite"))?;
    let mut salt = publisher::salts()?;
    let drafts = drafts(&mut salt);
    let register_is_new = publisher.register().opened().is_none();
    if register_is_new {
        publisher.publish(&drafts)?;
    } else {
        must_be_a_demonstration(&publisher, &arguments.data)?;
    }
    let nobody = casework.read(people::everybody)?.is_empty();
    if nobody {
        let keys = ReleaseKeys::open(&folder)?;
        let documents = Documents::open(&folder.private(), &casework)?;
        let private = (&keys, &documents);
        let cases = fill_desk(&casework, &mut publisher, &drafts, &mut salt, private, now)?;
        publisher.write_files()?;
        let shares = publisher.register().totals().shares;
        println!("Filled {} with a demonstration of {shares} shares and {cases} cases.", arguments.data.display());
    }
    print!("{}", table(&arguments.data));
    Ok(())
}

fn must_be_a_demonstration(publisher: &Publisher, folder: &Path) -> anyhow::Result<()> {
    match publisher.register().opened() {
        Some(opened) if opened.demonstration => Ok(()),
        Some(opened) => bail!("{}: this folder holds a real register, {}", folder.display(), opened.name),
        None => bail!("{}: this folder holds no register", folder.display()),
    }
}

/// The code of an account that the demonstration made. Whoever runs this could read the secret anyway; it is refused for
/// real registers so that nobody comes to rely on it.
fn code(folder: &DataFolder, email: &str, now: Moment) -> anyhow::Result<String> {
    if !folder.exists() {
        return Err(StoreError::NoRegister(folder.root().to_owned()).into());
    }
    must_be_a_demonstration(&Publisher::open(folder.clone())?, folder.root())?;
    let casework = Casework::open(&folder.private().join("casework.sqlite"))?;
    let found = casework.read(|transaction| people::credentials(transaction, email))?;
    let found = found.with_context(|| format!("--code: nobody has the address {email}"))?;
    let secret = found.second_factor.with_context(|| format!("--code: {email} signs in without a code"))?;
    code_at(&secret, now).context("--code: the clock stands before 1970")
}

/// The accounts as a table.
fn table(folder: &Path) -> String {
    let rows = accounts().into_iter().map(|account| {
        let roles: Vec<&str> = account.roles.iter().map(|role| role.label()).collect();
        let code = if account.has_second_factor() { "yes" } else { "" };
        [account.email, roles.join(", "), account.password, code.to_owned()]
    });
    let head = ["E-mail", "Role", "Password", "Code"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [0, 1, 2].map(width);
    let mut text = String::from("\nAccounts of the demonstration, for /desk:\n\n");
    for [email, roles, password, code] in &rows {
        let line = format!("  {email:0$}  {roles:1$}  {password:2$}  {code}", widths[0], widths[1], widths[2]);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let data = folder.display();
    // As it was called: who runs it from a build has no other name for it.
    let program = std::env::args().next().unwrap_or_else(|| "rollcall-server".to_owned());
    text.push_str(&format!("\nCodes: {program} demo --data {data} --code EMAIL\n"));
    text
}
