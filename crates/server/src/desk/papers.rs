//! Papers as pages, and as PDF. A page is always to be had; PDF is made by a program of its own, `rollcall-papers`, since
//! the typesetter in it takes longer to build than the whole server. It runs for one paper, without arguments, environment
//! or files, and is ended when it takes too long.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use casework::paper::{Block, Paper};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::page::{Frame, html};

/// The program's name. It lies beside the server's.
const PROGRAM: &str = "rollcall-papers";

/// How long a paper may take: the largest takes some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most bytes of PDF that are taken.
const LARGEST: u64 = 64 << 20;

/// Papers that are set at the same time.
const AT_ONCE: usize = 2;

/// What makes PDF of papers.
#[derive(Debug)]
pub struct Papers {
    program: PathBuf,
    patience: Duration,
    places: Semaphore,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum NoPdf {
    /// The program is not there.
    #[error("PDF is made by {PROGRAM}, which is not installed; the page can be printed instead")]
    NotInstalled,
    /// It took too long, or gave too much.
    #[error("{PROGRAM} did not finish within {} seconds and {} MB", .0.as_secs(), LARGEST >> 20)]
    Unfinished(Duration),
    /// It refused the paper. What it says holds no text of a paper.
    #[error("{0}")]
    Refused(String),
    /// It could not be run.
    #[error("{PROGRAM} cannot be run: {0}")]
    System(#[from] std::io::Error),
}

impl Papers {
    /// The program beside the one that runs.
    pub fn beside_this_program() -> Self {
        let here = std::env::current_exe().ok();
        let beside = here.as_deref().and_then(Path::parent).map(|folder| folder.join(PROGRAM));
        Self::of_program(beside.unwrap_or_else(|| PathBuf::from(PROGRAM)))
    }

    /// The program at this path.
    pub fn of_program(program: PathBuf) -> Self {
        Self::with(program, PATIENCE)
    }

    /// The program at this path, ended after so long.
    pub fn with(program: PathBuf, patience: Duration) -> Self {
        Self { program, patience, places: Semaphore::new(AT_ONCE) }
    }

    /// Whether PDF can be had at all.
    pub fn are_installed(&self) -> bool {
        self.program.is_file()
    }

    /// The paper as PDF: the same bytes for the same paper and version of the program.
    ///
    /// # Errors
    /// If the program is not installed, refuses the paper or does not finish.
    pub async fn pdf(&self, paper: &Paper) -> Result<Vec<u8>, NoPdf> {
        if !self.are_installed() {
            return Err(NoPdf::NotInstalled);
        }
        let unfinished = || NoPdf::Unfinished(self.patience);
        let json = serde_json::to_vec(paper).map_err(|_| NoPdf::Refused("the paper has no JSON form".to_owned()))?;
        let _place = self.places.acquire().await.map_err(|_| unfinished())?;
        // Where this is given up the program is ended.
        timeout(self.patience, self.run(json)).await.map_err(|_| unfinished())?
    }

    async fn run(&self, json: Vec<u8>) -> Result<Vec<u8>, NoPdf> {
        let piped = Stdio::piped;
        let mut command = Command::new(&self.program);
        command.env_clear().current_dir("/").stdin(piped()).stdout(piped()).stderr(piped()).kill_on_drop(true);
        let mut program = command.spawn()?;
        let (Some(mut input), Some(output), Some(errors)) =
            (program.stdin.take(), program.stdout.take(), program.stderr.take())
        else {
            return Err(NoPdf::Unfinished(self.patience));
        };
        let (mut pdf, mut said) = (Vec::new(), Vec::new());
        let (mut output, mut errors) = (output.take(LARGEST + 1), errors.take(4_096));
        // All at once: a program that does not read would keep one waiting that only writes. One that has refused reads no
        // further, which is no fault of its own.
        let write = async {
            let _ = input.write_all(&json).await;
            drop(input);
        };
        let ((), read, heard) = tokio::join!(write, output.read_to_end(&mut pdf), errors.read_to_end(&mut said));
        read?;
        heard?;
        if pdf.len() as u64 > LARGEST {
            return Err(NoPdf::Unfinished(self.patience));
        }
        let ended = program.wait().await?;
        if ended.success() && pdf.starts_with(b"%PDF-") {
            return Ok(pdf);
        }
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        Err(NoPdf::Refused(if said.is_empty() { format!("{PROGRAM} gave no PDF: {ended}") } else { said }))
    }
}

#[derive(Template)]
#[template(path = "desk/paper.html")]
struct PaperPage<'a> {
    frame: Frame,
    paper: &'a Paper,
    /// Where the PDF is, if it can be had.
    pdf: Option<&'a str>,
}

/// The paper as a page, with a link to its PDF where there is one.
pub fn page(frame: Frame, paper: &Paper, pdf: Option<&str>) -> Response {
    let paper = paper.clone().cleaned();
    html(&PaperPage { frame, paper: &paper, pdf })
}

/// The paragraphs of a text, each as its lines.
pub(super) fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.trim().lines() {
        match (line.trim().is_empty(), all.last_mut()) {
            (false, Some(last)) => last.push(line),
            (true, Some(last)) if !last.is_empty() => all.push(Vec::new()),
            _ => {}
        }
    }
    all.retain(|lines| !lines.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn an_empty_line_begins_a_paragraph() {
        assert_eq!(paragraphs("a\nb\n\n \nc\n"), [vec!["a", "b"], vec!["c"]]);
        assert!(paragraphs(" \n ").is_empty());
    }
}
