//! Lanes: one down for each row, and across it runs of steps that have the same category, such as the school-year
//! cohorts of a release.

use super::measure::{fit, width};
use super::svg::{Anchor, Paint, Size, Svg, Tone};

/// What lanes show.
#[derive(Debug, Clone, Default)]
pub struct Lanes<'a> {
    /// What each category is called.
    pub categories: &'a [&'a str],
    /// The steps across, in order.
    pub steps: Vec<String>,
    /// Each lane's label, with the category at each step; nothing where it is not said.
    pub rows: Vec<(String, Vec<Option<usize>>)>,
}

impl Lanes<'_> {
    /// The drawing.
    pub fn draw(&self, id: &str, size: Size) -> Svg {
        let mut svg = Svg::new(id, size);
        let labels = self.rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        let above = size == Size::Narrow || labels > svg.width() / 3;
        let left = if above { 1 } else { labels + 12 };
        let room = svg.width().saturating_sub(left + 2).max(1);
        let steps = u32::try_from(self.steps.len()).unwrap_or(u32::MAX).max(1);
        // Steps share the room evenly to the last unit, however many they are.
        let at = |step: u32| u32::try_from(u64::from(room) * u64::from(step) / u64::from(steps)).unwrap_or(room);
        let mut y = svg.legend(0, self.categories, |_| true);
        let widest = self.steps.iter().map(|step| width(step)).max().unwrap_or(0) + 14;
        let every = (u64::from(widest) * u64::from(steps)).div_ceil(u64::from(room)).max(1);
        let every = u32::try_from(every).unwrap_or(steps);
        let mut lines = Vec::new();
        for (step, label) in (0..steps).zip(&self.steps).filter(|(step, _)| step % every == 0) {
            let x = left + at(step);
            if x + width(label) <= svg.width() {
                svg.text(x, y + 13, Anchor::Start, Tone::Soft, label);
                lines.push(x);
            }
        }
        y += 24;
        let mut runs = Vec::new();
        for (label, cells) in &self.rows {
            if above {
                svg.text(left, y + 14, Anchor::Start, Tone::Ink, label);
                y += 20;
            } else {
                svg.text(left - 10, y + 15, Anchor::End, Tone::Ink, &fit(label, left - 12));
            }
            for x in &lines {
                svg.line((*x, y), (*x, y + 20), Tone::Soft, true);
            }
            let mut step = 0;
            for run in cells.chunk_by(|one, other| one == other) {
                let end = step + u32::try_from(run.len()).unwrap_or(steps);
                if let Some(Some(category)) = run.first() {
                    runs.push((left + at(step), y, at(end.min(steps)) - at(step.min(steps)), *category));
                }
                step = end;
            }
            y += if above { 24 } else { 26 };
        }
        for (x, y, long, category) in runs {
            // What is expressly not in it is a thin line, so that the eye does not take it for data.
            let (down, tall) = if category == super::svg::CATEGORIES - 1 { (8, 4) } else { (2, 16) };
            svg.area(x, y + down, long, tall, Paint::Category(category));
        }
        svg
    }
}
