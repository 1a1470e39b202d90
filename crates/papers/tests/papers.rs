//! Papers, set by the real program and read by another one (poppler's `pdftotext` and `pdfinfo`, `tests/install poppler`).

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use casework::paper::{Block, Paper, definition, heading, list, notice, paragraph};

fn paper(blocks: Vec<Block>) -> Paper {
    Paper {
        title: "Panel pack".to_owned(),
        reference: "DR200914.01".to_owned(),
        issuer: "Example Department".to_owned(),
        made: "2026-11-24T10:30:00Z".parse().unwrap(),
        front: vec![definition("Recipient", "Example Trust")],
        blocks,
    }
}

/// A paper with every part.
fn whole() -> Paper {
    let row = |name: &str| vec![name.to_owned(), "2019 to 2021".to_owned()];
    paper(vec![
        heading(1, "What is asked for"),
        paragraph("First paragraph.\nIts second line.\n\nSecond paragraph."),
        heading(2, "Items"),
        Block::Table {
            caption: "Items of the basket".to_owned(),
            head: vec!["Item".to_owned(), "Years".to_owned()],
            rows: (0..80).map(|number| row(&format!("Item {number}"))).collect(),
        },
        list(["one", "two"]),
        Block::List { numbered: true, items: vec!["first".to_owned()] },
        Block::Definitions { items: vec![definition("Gateway", "Education Act 1996, section 537A")] },
        notice("Reviews are blind."),
    ])
}

fn run(json: &[u8]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_rollcall-papers"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    let json = json.to_vec();
    // It may end before it has read everything.
    let writing = std::thread::spawn(move || drop(input.write_all(&json)));
    let output = program.wait_with_output().unwrap();
    writing.join().unwrap();
    output
}

fn set(paper: &Paper) -> Vec<u8> {
    let output = run(&serde_json::to_vec(paper).unwrap());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What poppler says of a file.
fn poppler(program: &str, arguments: &[&str], pdf: &[u8], name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
    std::fs::write(&path, pdf).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(&path);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}; `tests/install poppler`"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_same_paper_gives_the_same_bytes_and_another_one_others() {
    let once = set(&whole());
    assert!(once == set(&whole()) && once.starts_with(b"%PDF-1.7"));
    let mut other = whole();
    other.front[0].value.push('!');
    assert!(once != set(&other));
    // In the same process too, whatever was set before.
    let (first, between, again) = (papers::pdf(whole()), papers::pdf(other), papers::pdf(whole()));
    assert!(first.unwrap() == once && between.is_ok() && again.unwrap() == once);
}

#[test]
fn another_reader_finds_every_text_and_the_parts_that_it_belongs_to() {
    let pdf = set(&whole());
    let text = poppler("pdftotext", &["-layout"], &pdf, "text");
    for said in [
        "Panel pack",
        "Recipient: Example Trust",
        "1   What is asked for",
        "First paragraph.\nIts second line.",
        "1.1   Items",
        "Table 1: Items of the basket",
        "Item 79",
        "Gateway: Education Act 1996, section 537A",
        "Note. Reviews are blind.",
        "DR200914.01 · 2026-11-24",
        "Page 1 of 3",
    ] {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain(&text).contains(&plain(said)), "{said}: {text}");
    }
    let info = poppler("pdfinfo", &[], &pdf, "info");
    for said in ["Panel pack\n", "Example Department\n", "Tagged:          yes", "PDF version:     1.7"] {
        assert!(info.contains(said), "{said}: {info}");
    }
    let tags = poppler("pdfinfo", &["-struct"], &pdf, "tags");
    for tag in ["H1", "H2", "Table", "TH ", "TD", "L ", "LI", "Caption", "P ("] {
        assert!(tags.lines().any(|line| line.trim_start().starts_with(tag.trim_end())), "{tag}: {tags}");
    }
    let fonts = poppler("pdffonts", &[], &pdf, "fonts");
    for font in fonts.lines().skip(2) {
        let words: Vec<&str> = font.split_whitespace().rev().collect();
        // From the end: object, number, has a table to text, is a subset, is embedded.
        assert_eq!(words[2..5], ["yes", "yes", "yes"], "{font}");
    }
    assert!(fonts.lines().count() > 2);
    let bytes = String::from_utf8_lossy(&pdf);
    assert!(bytes.contains("pdfuaid:part>1<") && bytes.contains("pdfaid:part>2<"), "it says which norms it keeps");
}

#[test]
fn nothing_in_a_text_is_markup() {
    let hostile = [
        "#read(\"/etc/passwd\")",
        "#import \"@preview/cetz:0.1.0\"",
        "#panic(\"x\")",
        "*bold* _emph_ `raw` $x^2$ <label> @reference",
        "= Heading",
        "- item",
        "https://example.org // comment /* comment */",
        "\\u{41} \\ \" ' ~ --- ...",
        "]}{[ #{ } ](",
        "<script>alert(1)</script> &amp; <!--",
        "'; DROP TABLE document; --",
    ];
    let blocks = hostile.iter().flat_map(|text| {
        let text = (*text).to_owned();
        let table = Block::Table { caption: text.clone(), head: vec![text.clone()], rows: vec![vec![text.clone()]] };
        [heading(1, &text), paragraph(&text), notice(&text), list([&text]), table]
    });
    let mut paper = paper(blocks.collect());
    paper.title = hostile[0].to_owned();
    paper.front = hostile.iter().map(|text| definition(*text, *text)).collect();
    let text = poppler("pdftotext", &["-raw"], &set(&paper), "markup");
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let shown = plain(&text);
    for text in hostile {
        let found = shown.matches(&plain(text)).count();
        assert!(found >= 7, "{text}: {found} times in {shown}");
    }
}

#[test]
fn long_foreign_and_unknown_texts_are_set_whole() {
    let run = "x".repeat(5_000);
    let words = "Ελληνικά Кириллица שלום עולם مرحبا بالعالم Łódź e\u{301} ﬁ";
    let unknown = "漢 \u{1f600} \u{fffe} \u{378}";
    let hidden = "pay\u{202e}001\u{200b}";
    let mut long = paper(vec![paragraph(&run), paragraph(words), paragraph(unknown), paragraph(hidden)]);
    long.title = run.clone();
    long.reference = run.clone();
    long.blocks.push(Block::Table {
        caption: run.clone(),
        head: vec![run.clone(); 8],
        rows: vec![vec![words.to_owned(); 8]],
    });
    let text = poppler("pdftotext", &["-raw"], &set(&long), "long");
    assert!(text.matches('x').count() >= 11 * 5_000);
    for word in ["Ελληνικά", "Кириллица", "Łódź"] {
        assert!(text.contains(word), "{word}");
    }
    // Of scripts that run the other way readers give letters in either order.
    for letter in ['ש', 'ל', 'م', 'ر'] {
        assert!(text.contains(letter), "{letter}");
    }
    assert!(text.contains("[U+6F22] [U+1F600] [U+FFFE] [U+0378]"), "{text}");
    assert!(text.contains("pay001"));
}

#[test]
fn the_largest_paper_is_set_within_its_limits_and_a_larger_one_refused() {
    let sentence =
        "A sentence of an answer as applicants write them, of about a hundred characters in all, I suppose. ";
    let answer = sentence.repeat(20);
    let large = paper((0..500).map(|_| paragraph(&answer)).collect());
    assert!(set(&large).len() > 100_000);
    let too_large = paper((0..2_500).map(|_| paragraph(&answer)).collect());
    let refused = run(&serde_json::to_vec(&too_large).unwrap());
    assert!(!refused.status.success() && refused.stdout.is_empty());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("expected at most 4000000 bytes of text"), "{said}");
}

#[test]
fn what_is_no_paper_is_refused_without_showing_it() {
    let json = serde_json::to_string(&whole()).unwrap();
    for wrong in ["", "{}", "secret", &json.replace("notice", "secret"), &format!("{json} secret"), &json[..200]] {
        let output = run(wrong.as_bytes());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(said.starts_with("rollcall-papers: expected a paper as JSON; line "), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
    let endless = vec![b' '; (16 << 20) + 1];
    assert!(String::from_utf8(run(&endless).stderr).unwrap().contains("at most 16777216 bytes"));
}
