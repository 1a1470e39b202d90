//! What is said of the tables: `sources.toml`, `README.txt` in the folder, and the tables of the reference page.

use std::fmt::Write;

use super::codes::REGIONS;
use super::tables::{SCHEMES, TABLES};
use super::{FIRST_YEAR, Population};

/// `sources.toml`, as `crate::sources` reads it. Strings hold nothing that TOML would have to escape.
pub fn sources() -> String {
    let mut text = String::from(
        "# An invented population: no row is about anybody. The classes are invented too; they follow what is said of\n\
         # columns like these in real tables. Written by rollcall-extract synth.\n",
    );
    for table in TABLES {
        let mut add = |line: std::fmt::Arguments| {
            // Writing to a string cannot fail.
            let _ = text.write_fmt(line);
        };
        add(format_args!("\n[[dataset]]\nname = \"{}\"\npath = \"{}\"\nperson = \"upn\"\n", table.name, table.folder));
        add(format_args!("year = \"year\"\n"));
        if table.columns.iter().any(|column| column.name == "birth_date") {
            add(format_args!("born = \"birth_date\"\n"));
        }
        for column in table.columns {
            let classes = SCHEMES.iter().zip(column.classes).map(|(scheme, value)| format!("{scheme} = \"{value}\""));
            let classes = classes.collect::<Vec<_>>().join(", ");
            add(format_args!("\n[[dataset.column]]\nname = \"{}\"\nitem = \"{}\"\n", column.name, column.item()));
            add(format_args!("quasi-identifier = {}\nsensitive = {}\n", column.quasi_identifier, column.sensitive));
            add(format_args!("classes = {{ {classes} }}\n"));
        }
    }
    text
}

/// `regions.csv`: the table that a treatment of postcodes by region takes.
pub fn regions() -> String {
    let mut text = String::from("district,region\n");
    for region in &REGIONS {
        for (area, district) in region.areas.iter().flat_map(|area| (0..10).map(move |district| (area, district))) {
            let _ = writeln!(text, "{area}{district},{}", region.name);
        }
    }
    text
}

/// `README.txt`.
pub fn readme(population: &Population) -> String {
    let last = FIRST_YEAR + i32::from(population.years) - 1;
    format!(
        "ALL OF THIS IS INVENTED. No row is about anybody; no pupil number, postcode, school or authority is real.\n\
         \n\
         Made by: rollcall-extract synth --people {} --years {} --seed {}\n\
         School years {FIRST_YEAR}/{:02} to {last}/{:02}. The same arguments and version give the same bytes.\n\
         \n\
         sources.toml     what each column is, for rollcall-extract\n\
         regions.csv      in which region each postcode district lies\n\
         schools.parquet  schools with their phase, authority, region and places\n\
         the folders      one for each dataset; its files are named by the year in which their school year begins\n",
        population.people,
        population.years,
        population.seed,
        (FIRST_YEAR + 1) % 100,
        (last + 1) % 100,
    )
}

/// The tables of columns in `docs/reference/synthetic-population.md`.
pub fn columns_page() -> String {
    let mut text = String::new();
    for table in TABLES {
        if !text.is_empty() {
            text.push('\n');
        }
        let head = "| column | holds | tier, risk, sensitivity | could be known | harms |\n|---|---|---|---|---|\n";
        let _ = write!(text, "### {}\nFolder `{}`. A row is {}.\n\n{head}", table.name, table.folder, table.row);
        for column in table.columns {
            let yes = |is| if is { "yes" } else { "" };
            let (classes, quasi) = (column.classes.join(", "), yes(column.quasi_identifier));
            let harms = yes(column.sensitive);
            let _ = writeln!(text, "| `{}` | {} | {classes} | {quasi} | {harms} |", column.name, column.meaning);
        }
    }
    text
}
