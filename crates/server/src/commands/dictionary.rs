//! `rollcall-server dictionary`: publishes the items of datasets, as somebody's table of variables lists them.

use std::path::PathBuf;

use anyhow::Context;
use register::dictionary::{Published, dataset_address, published};
use register::{Digest, Draft, Moment, PartialDate, Register};
use store::{DataFolder, Publisher};

use super::next_moment;
use crate::import::{DictionaryFile, ItemMapping, SHOWN, SheetDictionary, date_in, read_dictionary_file};
use crate::web::words::number;

/// What `--help` shows below the options.
pub const EXAMPLES: &str = "\
Examples:
  rollcall-server dictionary ks4-variables.xlsx --mapping npd-variables --data data --edition 2018-10 --dry-run
  rollcall-server dictionary all-datasets.xlsx --mapping npd-all-datasets --data data --edition \"October 2018\"
  rollcall-server dictionary items-2024-02.csv --mapping plain-items --data data --dataset \"School Census\"

Each sheet with the mapping's headers is the dictionary of one dataset. One that differs nowhere from the current
dictionary is not published again.";

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table of variables: an XLSX, ODS or CSV file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A mapping that is shipped (npd-variables, npd-all-datasets, plain-items) or the path of one
    #[arg(long, value_name = "NAME|FILE")]
    mapping: String,
    /// The data folder of a register
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// The edition, such as 2018-10 or "Autumn 2018", where neither the mapping nor the file's name says it
    #[arg(long, value_name = "DATE|TEXT")]
    edition: Option<String>,
    /// The dataset's name, where the file does not say it or says another
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// Check everything and say what would be published; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Publishes every dictionary of the file that differs from the current one of its dataset, or nothing.
///
/// # Errors
/// Everything that is wrong with the mapping, the file or the register.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mapping = ItemMapping::named(&arguments.mapping)?;
    let file = read_dictionary_file(&arguments.file, &mapping, arguments.dataset.as_deref())?;
    report(&file);
    let edition = edition(arguments, &mapping)?;
    let folder = DataFolder::at(&arguments.data);
    if arguments.dry_run && !folder.exists() {
        let register = Register::new();
        let plan = plan(&file, &edition, &register, next_moment(&register)?)?;
        println!("{}", plan.told.join("\n"));
        println!("{}", plan.summary("Would publish"));
        return Ok(());
    }
    let mut publisher = Publisher::open(folder)?;
    let now = next_moment(publisher.register())?;
    let plan = plan(&file, &edition, publisher.register(), now)?;
    println!("{}", plan.told.join("\n"));
    if arguments.dry_run {
        println!("{}", plan.summary("Would publish"));
        return Ok(());
    }
    publisher.publish(&plan.drafts)?;
    println!("{}", plan.summary("Published"));
    if !plan.drafts.is_empty() {
        println!("The log holds {} statements.", number(publisher.register().size()));
    }
    Ok(())
}

/// Says what the publisher of the file should look at.
fn report(file: &DictionaryFile) {
    for warning in file.warnings.iter().take(SHOWN) {
        eprintln!("warning: {warning}");
    }
    if let Some(rest) = file.warnings.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
        eprintln!("warning: and {rest} more");
    }
    for sheet in &file.left_out {
        eprintln!("left out: sheet \"{sheet}\" has no row with the headers");
    }
}

fn edition(arguments: &Arguments, mapping: &ItemMapping) -> anyhow::Result<String> {
    let name = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let given = arguments.edition.clone().or_else(|| mapping.edition.clone());
    given.or_else(|| date_in(&name).map(|date| date.to_string())).context(
        "the edition is not known; expected --edition 2018-10, edition = \"2018-10\" in the mapping, or a date in the \
         file's name such as variables-2018-10.xlsx",
    )
}

/// What is to be published, and what is said of each dictionary.
struct Plan {
    drafts: Vec<Draft>,
    told: Vec<String>,
    items: u64,
    unchanged: u64,
}

impl Plan {
    fn summary(&self, verb: &str) -> String {
        if self.drafts.is_empty() {
            return "Nothing in the file differs from the current dictionaries; nothing was published.".to_owned();
        }
        let plural = |count: u64, noun: &str| {
            let (stem, one, many) = if noun == "dictionary" { ("dictionar", "y", "ies") } else { (noun, "", "s") };
            format!("{} {stem}{}", number(count), if count == 1 { one } else { many })
        };
        let published = plural(self.drafts.len() as u64, "dictionary");
        let unchanged = match self.unchanged {
            0 => String::new(),
            unchanged => format!("; {} as before", plural(unchanged, "dictionary")),
        };
        format!("{verb} {published} with {}{unchanged}.", plural(self.items, "item"))
    }
}

fn plan(file: &DictionaryFile, edition: &str, register: &Register, now: Moment) -> anyhow::Result<Plan> {
    let mut plan = Plan { drafts: Vec::new(), told: Vec::new(), items: 0, unchanged: 0 };
    let current: Vec<Published<'_>> = published(register).into_iter().filter(|one| one.current).collect();
    let at: PartialDate = edition.parse().unwrap_or(now.date());
    for found in &file.dictionaries {
        let bytes = found.dictionary.to_bytes()?;
        let address = dataset_address(&found.dataset);
        let before = current.iter().find(|one| dataset_address(&one.says.dataset) == address);
        if before.is_some_and(|before| before.says.digest == Digest::of(&bytes)) {
            plan.unchanged += 1;
            plan.told.push(format!("{}; the current dictionary is the same", described(found)));
            continue;
        }
        let replaces = before.map_or(String::new(), |before| {
            format!("; replaces the {} items of edition {}", number(before.says.items), before.says.edition)
        });
        plan.told.push(format!("{}{replaces}", described(found)));
        plan.items += found.dictionary.items.len() as u64;
        let draft = Draft::of_dictionary(&found.dataset, edition, &found.dictionary, at.min(now.date()), now)?;
        draft.statement.to_leaf().with_context(|| format!("dataset {:?}, edition {edition:?}", found.dataset))?;
        plan.drafts.push(draft);
    }
    Ok(plan)
}

fn described(found: &SheetDictionary) -> String {
    let items = found.dictionary.items.len();
    let mut told = format!("{}: {} {}", found.dataset, number(items as u64), if items == 1 { "item" } else { "items" });
    let repeated = found.repeated();
    if !repeated.is_empty() {
        let again: usize = repeated.iter().map(|(_, rows)| rows.len() - 1).sum();
        let repeat = if again == 1 { "repeats" } else { "repeat" };
        let names = if repeated.len() == 1 { "1 name".to_owned() } else { format!("{} names", repeated.len()) };
        told.push_str(&format!(", of which {again} {repeat} the name of an earlier one ({names})"));
    }
    told
}
