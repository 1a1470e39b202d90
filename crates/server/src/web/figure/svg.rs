//! An SVG drawing as text: the few shapes that figures are made of, every text escaped, every length a whole number of
//! units. Colours are presentation attributes and classes, since the site's policy forbids inline style; whatever a
//! colour says, a pattern or a label says as well.

use std::fmt::Write as _;

use super::measure::{self, LETTERS};

/// How many categories a figure can tell apart.
pub const CATEGORIES: usize = 4;

/// The two sizes in which a figure is drawn, so that its letters stay readable on a phone and at a zoom of 400 %: a
/// drawing that only shrinks would shrink its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// For a desk and for paper.
    Wide,
    /// For a phone.
    Narrow,
}

impl Size {
    /// The width of a drawing, in units.
    pub fn width(self) -> u32 {
        match self {
            Self::Wide => 720,
            Self::Narrow => 300,
        }
    }

    /// What class and identifiers call it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// One of the categories: solid, hatched, dotted, empty.
    Category(usize),
    /// A step of a matrix, from 0 (nothing) to 3 (the most).
    Step(usize),
}

/// Where a text stands, seen from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// How a text or line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What the figure says.
    Ink,
    /// What helps to read it.
    Soft,
    /// On a dark area.
    Light,
    /// Over lines, from which a rim keeps it apart.
    Over,
}

impl Tone {
    fn colour(self) -> (&'static str, &'static str) {
        match self {
            Self::Ink => ("rc-ink", "#1b1f23"),
            Self::Soft => ("rc-soft", "#4c5359"),
            Self::Light => ("rc-light", "#ffffff"),
            Self::Over => ("rc-over", "#1b1f23"),
        }
    }
}

/// The colour of each category's edge and signs: at least 3:1 against white (WCAG 1.4.11).
const EDGES: [&str; CATEGORIES] = ["#1e5a5f", "#8a5300", "#6d2f5c", "#4c5359"];

/// Signs on a ground: what tells categories apart where colours do not.
const SIGNS: [&str; 2] = [
    "<rect class=\"rc-ground\" width=\"8\" height=\"8\" fill=\"#fbe9c6\"/>\
     <path class=\"rc-sign\" d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\" fill=\"none\" stroke=\"#8a5300\" stroke-width=\"2\"/>",
    "<rect class=\"rc-ground\" width=\"8\" height=\"8\" fill=\"#f6e8f2\"/>\
     <path class=\"rc-sign\" d=\"M0 3H4M4 7H8\" fill=\"none\" stroke=\"#6d2f5c\" stroke-width=\"3\"/>",
];

/// A drawing that is being made.
pub struct Svg {
    id: String,
    size: Size,
    height: u32,
    body: String,
    used: [bool; CATEGORIES],
}

impl Svg {
    /// An empty drawing; `id` is unique on the page.
    pub fn new(id: &str, size: Size) -> Self {
        let id = format!("{id}-{}", size.code());
        Self { id, size, height: 0, body: String::new(), used: [false; CATEGORIES] }
    }

    /// How wide it is.
    pub fn width(&self) -> u32 {
        self.size.width()
    }

    /// Makes it at least so high.
    pub fn reach(&mut self, height: u32) {
        self.height = self.height.max(height);
    }

    /// Writing to a text cannot fail.
    fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(markup);
    }

    /// An area.
    pub fn area(&mut self, x: u32, y: u32, width: u32, height: u32, paint: Paint) {
        if width == 0 || height == 0 {
            return;
        }
        let x = x.min(self.width().saturating_sub(1));
        let width = width.min(self.width() - x);
        self.reach(y + height);
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        match paint {
            Paint::Category(category) => {
                let category = category.min(CATEGORIES - 1);
                self.used[category] = true;
                let edge = EDGES[category];
                let fill = match category {
                    0 => edge.to_owned(),
                    1 | 2 => format!("url(#{}-{category})", self.id),
                    _ => "#ffffff".to_owned(),
                };
                self.put(format_args!("<rect class=\"rc-c{category}\" {place} fill=\"{fill}\" stroke=\"{edge}\"/>"));
            }
            Paint::Step(step) => {
                let step = step.min(3);
                let fill = ["#ffffff", "#dcebe9", "#9cc4c1", "#1e5a5f"][step];
                self.put(format_args!("<rect class=\"rc-s{step}\" {place} fill=\"{fill}\" stroke=\"#4c5359\"/>"));
            }
        }
    }

    /// A straight line; a broken one is a reading aid.
    pub fn line(&mut self, from: (u32, u32), to: (u32, u32), tone: Tone, broken: bool) {
        let (class, colour) = tone.colour();
        let dashes = if broken { " stroke-dasharray=\"3 4\"" } else { "" };
        self.reach(from.1.max(to.1) + 1);
        self.put(format_args!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{colour}\"{dashes}/>",
            from.0, from.1, to.0, to.1
        ));
    }

    /// A dot of a category.
    pub fn dot(&mut self, x: u32, y: u32, radius: u32, category: usize) {
        let category = category.min(CATEGORIES - 1);
        let edge = EDGES[category];
        let fill = if category == 0 { edge } else { "#ffffff" };
        self.reach(y + radius);
        self.put(format_args!(
            "<circle class=\"rc-c{category}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\" stroke=\"{edge}\" \
             stroke-width=\"2\"/>"
        ));
    }

    /// A text around `x`, moved aside where it would leave the drawing.
    pub fn text_around(&mut self, x: u32, y: u32, tone: Tone, text: &str) {
        let half = measure::width(text) / 2 + 1;
        let x = x.min(self.width().saturating_sub(half)).max(half.min(self.width() / 2));
        self.text(x, y, Anchor::Middle, tone, text);
    }

    /// A text on the line `y`, cut to what the drawing has room for.
    pub fn text(&mut self, x: u32, y: u32, anchor: Anchor, tone: Tone, text: &str) {
        let room = match anchor {
            Anchor::Start => self.width().saturating_sub(x),
            Anchor::Middle => 2 * x.min(self.width().saturating_sub(x)),
            Anchor::End => x,
        };
        self.reach(y + LETTERS / 3);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (class, colour) = tone.colour();
        let rim = if tone == Tone::Over { " stroke=\"#ffffff\" stroke-width=\"5\" paint-order=\"stroke\"" } else { "" };
        let text = escape(&measure::fit(text, room));
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor} fill=\"{colour}\"{rim}>{text}</text>"
        ));
    }

    /// What each category that is used is called, from line `y` down. Gives the line below; where there is only one
    /// category, its name says nothing and is not written.
    pub fn legend(&mut self, y: u32, names: &[&str], used: impl Fn(usize) -> bool) -> u32 {
        if names.len() < 2 {
            return y;
        }
        let (mut x, mut line) = (1, y);
        for (category, name) in names.iter().enumerate().take(CATEGORIES).filter(|(category, _)| used(*category)) {
            let wide = 22 + measure::width(name) + 18;
            if x > 1 && x + wide > self.width() {
                (x, line) = (1, line + 24);
            }
            self.area(x, line + 1, 14, 14, Paint::Category(category));
            self.text(x + 22, line + 13, Anchor::Start, Tone::Ink, name);
            x += wide;
        }
        if x == 1 { y } else { line + 30 }
    }

    /// The whole drawing. `title` and `description` are what a reader hears who does not see it.
    pub fn finish(self, title: &str, description: &str) -> String {
        let Self { id, size, height, body, used } = self;
        let mut patterns = String::new();
        for category in [1, 2] {
            if used[category] {
                let signs = SIGNS[category - 1];
                let _ = write!(
                    patterns,
                    "<pattern id=\"{id}-{category}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">{signs}</pattern>"
                );
            }
        }
        let definitions = if patterns.is_empty() { String::new() } else { format!("<defs>{patterns}</defs>") };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rc-drawing rc-drawing--{}\" viewBox=\"0 0 {} {}\" \
             role=\"img\" aria-labelledby=\"{id}-title {id}-words\" focusable=\"false\" font-size=\"{LETTERS}\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-words\">{}</desc>{definitions}{body}</svg>",
            size.code(),
            size.width(),
            height.max(1) + 1,
            escape(title),
            escape(description),
        )
    }
}

/// A text as content or attribute of XML. Control characters, which XML cannot hold, become spaces.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
