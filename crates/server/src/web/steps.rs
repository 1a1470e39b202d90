//! The links from one page of a list to the next.

/// Where the reader stands in a list of pages, and the addresses before and after.
#[derive(Debug, Default)]
pub struct Steps {
    /// This page, from 1; 0 where pages have no numbers.
    pub page: u64,
    /// How many pages there are; 0 where pages have no numbers.
    pub last: u64,
    /// What the link back is called.
    pub back: &'static str,
    /// The address of the page before.
    pub previous: Option<String>,
    /// What the link on is called.
    pub on: &'static str,
    /// The address of the page after.
    pub next: Option<String>,
}

impl Steps {
    /// Steps among numbered pages. A page after the last leads back to the last.
    pub fn new(page: u64, last: u64, address: impl Fn(u64) -> String) -> Self {
        let last = last.max(1);
        Self {
            page,
            last,
            back: "Previous page",
            previous: (page > 1).then(|| address((page - 1).min(last))),
            on: "Next page",
            next: (page < last).then(|| address(page + 1)),
        }
    }

    /// Steps through a list that grows at its front: back to its beginning, and on to what is older. Pages have no
    /// numbers, since what is new would move them.
    pub fn older(newest: Option<String>, older: Option<String>) -> Self {
        Self { page: 0, last: 0, back: "Newest", previous: newest, on: "Older", next: older }
    }
}
