//! A matrix of counts: one scale across, one down. Each cell holds its number; the tint only helps to skim.

use super::measure::{fit, short, width};
use super::svg::{Anchor, Paint, Size, Svg, Tone};

/// What a matrix shows.
#[derive(Debug, Clone, Default)]
pub struct Matrix<'a> {
    /// What the scale across is called.
    pub across: &'a str,
    /// Its values.
    pub columns: Vec<String>,
    /// What the scale down is called.
    pub down: &'a str,
    /// Each of its values with a number for each column.
    pub rows: Vec<(String, Vec<u128>)>,
}

impl Matrix<'_> {
    /// The drawing.
    pub fn draw(&self, id: &str, size: Size) -> Svg {
        let mut svg = Svg::new(id, size);
        let columns = u32::try_from(self.columns.len()).unwrap_or(u32::MAX).max(1);
        let left = self.rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0).clamp(16, svg.width() / 3) + 12;
        let cell = (svg.width().saturating_sub(left + 2) / columns).clamp(1, 92);
        let tall = if size == Size::Wide { 40 } else { 36 };
        let largest = self.rows.iter().flat_map(|(_, cells)| cells).max().copied().unwrap_or(0);
        svg.text(left, 14, Anchor::Start, Tone::Soft, self.across);
        for (column, label) in (0..columns).zip(&self.columns) {
            svg.text(left + column * cell + cell / 2, 36, Anchor::Middle, Tone::Ink, &fit(label, cell));
        }
        let mut y = 46;
        for (label, cells) in &self.rows {
            svg.text(left - 10, y + tall / 2 + 5, Anchor::End, Tone::Ink, &fit(label, left - 12));
            for (column, count) in (0..columns).zip(cells) {
                let x = left + column * cell;
                let step = step(*count, largest);
                svg.area(x, y, cell, tall, Paint::Step(step));
                let tone = match step {
                    0 => Tone::Soft,
                    3 => Tone::Light,
                    _ => Tone::Ink,
                };
                svg.text(x + cell / 2, y + tall / 2 + 5, Anchor::Middle, tone, &fit(&short(*count), cell));
            }
            y += tall;
        }
        svg.text(left, y + 20, Anchor::Start, Tone::Soft, &format!("Down: {}", self.down));
        svg
    }
}

/// Nothing, up to a third of the largest, up to two thirds, more.
fn step(count: u128, largest: u128) -> usize {
    match count.saturating_mul(3) {
        0 => 0,
        thirds if thirds <= largest => 1,
        thirds if thirds <= largest.saturating_mul(2) => 2,
        _ => 3,
    }
}
