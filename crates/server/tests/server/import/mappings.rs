//! Slips in a mapping, each with its message.

use register::hdr_uk::{BETWEEN_BASES, BETWEEN_DATASETS, COLUMNS, NOT_APPLICABLE, NOT_KNOWN, access_type};
use register::vocabulary::Route;
use server::import::{Mapping, MappingError, Target};

/// The message for a mapping that differs from a right one in this.
fn message(text: &str) -> String {
    Mapping::parse("m.toml", text).unwrap_err().to_string()
}

/// A mapping with these columns besides the two that every one needs.
fn with_column(column: &str) -> String {
    format!(
        "source = \"s\"\ntitle = \"t\"\n[[table]]\ngives = \"shares\"\ncolumn = [\n{{ header = \"Ref\", to = \"share\" }},\n\
         {{ header = \"Org\", to = \"recipient\" }},\n{column}\n]"
    )
}

#[test]
fn the_mappings_that_come_with_the_program_are_right() {
    for name in Mapping::shipped() {
        let mapping = Mapping::named(name).unwrap();
        assert_eq!(mapping.source, name);
    }
    let hdr = Mapping::named("hdr-uk").unwrap();
    let mut headers: Vec<&str> = hdr.tables[0].columns.iter().map(|column| column.header.shown()).collect();
    headers.dedup();
    assert!(headers.iter().eq(COLUMNS.iter().map(|column| &column.name)), "the columns that we write, in their order");
}

#[test]
fn the_mapping_of_the_hdr_uk_standard_reads_every_word_that_we_write() {
    let hdr = Mapping::named("hdr-uk").unwrap();
    let column = |header: &str, to: Target| {
        let columns = hdr.tables[0].columns.iter();
        columns.into_iter().find(|column| column.header.shown() == header && column.to == to).unwrap()
    };
    let routes = &column("Access type", Target::Route).values;
    for route in Route::ALL {
        assert_eq!(routes.get(access_type(*route)).map(String::as_str), Some(route.code()));
    }
    assert_eq!(column("Release/Access date", Target::Released).empty, [NOT_KNOWN]);
    assert_eq!(column("Dataset(s) name", Target::Dataset).separator, Some(BETWEEN_DATASETS.to_string()));
    let bases = column("Legal basis for provision of data under Article 6", Target::Basis);
    assert_eq!(
        (&bases.separator, &bases.empty[..]),
        (&Some(BETWEEN_BASES.to_string()), &[NOT_APPLICABLE.to_owned()][..])
    );
}

#[test]
fn the_reference_of_the_hdr_uk_columns_names_each_in_order_and_every_word() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/hdr-uk.md")).unwrap();
    let (_, table) = page.split_once("|---|---|\n").unwrap();
    let named = table.lines().map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
    assert!(named.eq(COLUMNS.iter().map(|column| column.name)));
    for route in Route::ALL {
        assert!(page.contains(&format!("`{}`", access_type(*route))), "{route}");
    }
    assert!(page.contains(&format!("`{NOT_KNOWN}`")));
}

#[test]
fn an_unknown_name_lists_the_mappings_that_there_are() {
    let error = Mapping::named("nhs-england").unwrap_err();
    assert!(matches!(error, MappingError::Unknown(_)));
    assert_eq!(
        error.to_string(),
        "there is no mapping \"nhs-england\": expected nhs-digital, hdr-uk, plain-csv or a mapping file"
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let text = message(&with_column("{ header = \"X\", to = \"sector\", requird = true },"));
    assert!(text.starts_with("mapping m.toml: TOML parse error at line 8"), "{text}");
    assert!(text.contains("unknown field `requird`, expected one of `header`, `to`"), "{text}");
}

#[test]
fn what_makes_no_sense_is_named_with_its_table_and_column() {
    let cases = [
        (
            "{ header = \"X\", to = \"text\", name = \"porpoise\" }",
            "table 1, column \"X\": text \"porpoise\": expected one of title, summary, purpose",
        ),
        (
            "{ header = \"X\", to = \"class\", scheme = \"npd\" }",
            "table 1, column \"X\": scheme \"npd\": expected one of npd-tier, dfe-identification-risk",
        ),
        ("{ header = \"X\", to = \"text\" }", "table 1, column \"X\": to = \"text\": expected a name"),
        ("{ header = \"X\", to = \"class\" }", "table 1, column \"X\": to = \"class\": expected a scheme"),
        (
            "{ header = \"X\", to = \"sector\", name = \"a\" }",
            "table 1, column \"X\": name: expected only with texts and facts, and this is to = \"sector\"",
        ),
        (
            "{ header = \"X\", to = \"fact\", name = \"Opt outs\" }",
            "table 1, column \"X\": \"Opt outs\": expected a code of 1 to 40 small letters, digits and hyphens, \
             beginning with a letter",
        ),
        (
            "{ header = \"X\", to = \"outcome\", values = { \"Ja\" = \"yes\" } }",
            "table 1, column \"X\": values: \"Ja\" = \"yes\": expected one of approved, approved-with-conditions, \
             refused, withdrawn",
        ),
        (
            "{ header = \"X\", to = \"sector\", values = { \"A b\" = \"1\", \"a  B\" = \"2\" } }",
            "table 1, column \"X\": values: \"a  B\" stands there twice, but for white space and case",
        ),
        (
            "{ header = \"X\", to = \"sector\", withhold = \"security\" }",
            "table 1, column \"X\": withhold: expected only with to = \"text\" or \"release-text\"; everything else is \
             always public",
        ),
        (
            "{ header = \"X\", to = \"text\", name = \"note\", opens = \"2030\" }",
            "table 1, column \"X\": opens: expected only together with withhold",
        ),
        (
            "{ header = \"X\", to = \"released\" }",
            "table 1, column \"X\": to = \"released\": expected a column to = \"release\" in the same table",
        ),
        (
            "{ header = \"X\", to = \"sector\", separator = \",\" }",
            "table 1, column \"X\": separator: expected only with to = \"basis\" or \"dataset\"",
        ),
        (
            "{ header = \"X\", to = \"basis\", quoted = true }",
            "table 1, column \"X\": quoted: expected only together with separator",
        ),
        (
            "{ header = \"X\", to = \"sector\", number-repeats = true }",
            "table 1, column \"X\": number-repeats: expected only with to = \"release\"",
        ),
        ("{ header = \"X\", to = \"row-fact\" }", "table 1, column \"X\": to = \"row-fact\": expected a name"),
        (
            "{ header = \"X\", to = \"sector\", dates = [\"month-year\"] }",
            "table 1, column \"X\": dates and month-only: expected only with a date",
        ),
        (
            "{ header = \"X\", to = \"sector\", other-values = \"keep\" }",
            "table 1, column \"X\": other-values: expected only together with values",
        ),
        (
            "{ header = \"X\", to = \"recipient\" }",
            "table 1, column \"X\": another column of the table gives the same recipient",
        ),
        ("{ header = \" \", to = \"sector\" }", "table 1, column \" \": header: expected a text that is not empty"),
        (
            "{ header = \"X\", to = \"sector\", where-all-agree = true }",
            "table 1, column \"X\": where-all-agree: expected only with to = \"channel\", \"route\" or \"outcome\"",
        ),
    ];
    for (column, expected) in cases {
        let text = message(&with_column(column));
        assert!(text.starts_with(&format!("mapping m.toml: {expected}")), "{text}");
    }
}

#[test]
fn tables_that_make_no_sense_together_are_refused() {
    let two = "source = \"s\"\ntitle = \"t\"\n[[table]]\ngives = \"shares\"\ncolumn = [{ header = \"R\", to = \"share\" }, \
               { header = \"O\", to = \"recipient\" }]\n[[table]]\nsheet = \"D\"\ngives = \"details\"\ncolumn = \
               [{ header = \"R\", to = \"share\" }]";
    assert_eq!(
        message(two),
        "mapping m.toml: at the top: expected the name of its sheet in each table, because there are several"
    );
    let cases = [
        ("source = \"NHS\"\ntitle = \"t\"\ntable = []", "at the top: source \"NHS\": expected a code"),
        ("source = \"s\"\ntitle = \"t\"\ntable = []", "at the top: expected a table that gives shares"),
        (
            "source = \"s\"\ntitle = \"t\"\n[csv]\ndelimiter = \"é\"\n[[table]]\ngives = \"shares\"\ncolumn = []",
            "csv: delimiter 'é': expected one ASCII character",
        ),
        (
            "source = \"s\"\ntitle = \"t\"\n[[table]]\ngives = \"shares\"\ncolumn = [{ header = \"O\", to = \"recipient\" }]",
            "table 1: expected one column to = \"share\", the share's reference",
        ),
        (
            "source = \"s\"\ntitle = \"t\"\n[[table]]\ngives = \"shares\"\ncolumn = [{ header = \"O\", to = \"share\" }]",
            "at the top: expected a column to = \"recipient\" in a table that gives shares or details",
        ),
    ];
    for (text, expected) in cases {
        assert!(message(text).starts_with(&format!("mapping m.toml: {expected}")), "{}", message(text));
    }
    let edition = message("source = \"s\"\ntitle = \"t\"\nedition = \"today\"\ntable = []");
    assert!(edition.contains("expected \"command\", \"file-name\" or a date such as \"2021-02\""), "{edition}");
}

#[test]
fn the_examples_of_the_how_to_make_a_mapping() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/how-to/write-a-mapping.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    let (column, top) = blocks.split_last().unwrap();
    let with_column = top.concat().replace("column = [", &format!("column = [\n{column}"));
    let mapping = Mapping::parse("how-to", &with_column).unwrap();
    assert_eq!((mapping.tables.len(), mapping.tables[0].columns.len()), (1, 4));
    for name in Mapping::shipped() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    for column in &Mapping::named("plain-csv").unwrap().tables[0].columns {
        assert!(page.contains(&format!("`{}`", column.header.shown())), "{}", column.header.shown());
    }
}
