//! Papers as pages, and the program that makes PDF of them. Where `ROLLCALL_PAPERS` names it (`make papers` does) it is the
//! real one.

use crate::support::desk;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use casework::paper::{Block, Paper, definition, heading, list, notice, paragraph};
use http_body_util::BodyExt;
use server::desk::page::Frame;
use server::desk::papers::{NoPdf, Papers, page};

fn paper() -> Paper {
    let hostile = "<script>alert(1)</script> & \"quoted\"";
    Paper {
        title: format!("Pack {hostile}"),
        reference: "DR1".to_owned(),
        issuer: "Example Department".to_owned(),
        made: "2026-11-24T10:30:00Z".parse().unwrap(),
        front: vec![definition("Recipient", hostile)],
        blocks: vec![
            heading(1, hostile),
            paragraph(format!("One.\nTwo.\n\n{hostile}")),
            list([hostile]),
            Block::Definitions { items: vec![definition(hostile, hostile)] },
            Block::Table { caption: hostile.into(), head: vec![hostile.into()], rows: vec![vec![hostile.into()]] },
            notice(format!("pay\u{202e}001 {hostile}")),
        ],
    }
}

fn script(folder: &tempfile::TempDir, text: &str) -> Papers {
    let path = folder.path().join("program");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    Papers::with(path, Duration::from_millis(300))
}

#[tokio::test]
async fn a_page_has_every_part_and_nothing_in_a_text_is_markup() {
    let site = desk::new();
    let shown = |pdf| {
        let desk = site.desk.clone();
        async move {
            let answer = page(Frame::for_visitor(&desk, String::new()).await, &paper(), pdf);
            String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
        }
    };
    let text = shown(Some("/desk/pack.pdf")).await;
    assert!(!text.contains("<script>alert") && text.matches("&#60;script&#62;alert(1)").count() >= 11, "{text}");
    for said in ["<p class=\"govuk-body\">One.<br>Two.</p>", "<th scope=\"col\"", "href=\"/desk/pack.pdf\"", "pay001"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(shown(None).await.contains("PDF is made by rollcall-papers, which is not installed here."));
}

#[tokio::test]
async fn without_the_program_it_is_said_so() {
    let said = Papers::with(PathBuf::from("/nowhere"), Duration::from_secs(1)).pdf(&paper()).await.unwrap_err();
    assert!(matches!(said, NoPdf::NotInstalled));
    assert!(said.to_string().starts_with("PDF is made by rollcall-papers, which is not installed"));
}

#[tokio::test]
async fn a_program_that_hangs_floods_or_fails_is_ended_and_said_so() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["#!/bin/sh\nexec sleep 600\n", "#!/bin/sh\nexec yes\n"] {
        let said = script(&folder, text).pdf(&paper()).await.unwrap_err();
        assert!(matches!(said, NoPdf::Unfinished(_)), "{said}");
    }
    let refused = "#!/bin/sh\necho 'rollcall-papers: no' >&2\nexit 1\n";
    assert_eq!(script(&folder, refused).pdf(&paper()).await.unwrap_err().to_string(), "rollcall-papers: no");
    let other = script(&folder, "#!/bin/sh\ncat\n").pdf(&paper()).await.unwrap_err().to_string();
    assert!(other.starts_with("rollcall-papers gave no PDF"), "{other}");
    let bare = "#!/bin/sh\n[ -z \"$HOME$SECRET\" ] && [ $# = 0 ] && echo '%PDF-1.7 bare'\n";
    assert_eq!(script(&folder, bare).pdf(&paper()).await.unwrap(), b"%PDF-1.7 bare\n");
}

#[tokio::test]
async fn the_real_program_gives_the_same_pdf_each_time() {
    let Some(program) = std::env::var_os("ROLLCALL_PAPERS") else { return };
    let papers = Papers::with(PathBuf::from(program), Duration::from_secs(60));
    let (once, again) = tokio::join!(async { papers.pdf(&paper()).await }, async { papers.pdf(&paper()).await });
    let once = once.unwrap();
    assert!(once.starts_with(b"%PDF-1.7") && once == again.unwrap());
    let mut wrong = paper();
    wrong.blocks.push(heading(3, "too deep"));
    let said = papers.pdf(&wrong).await.unwrap_err().to_string();
    assert_eq!(said, "rollcall-papers: the paper cannot be set: part 7: expected a heading of level 1 to 2, found 3");
}
