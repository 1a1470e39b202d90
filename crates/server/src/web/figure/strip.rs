//! A strip: how many of something took how long, with the median and the 90th percentile marked.

use super::measure::{short, width};
use super::scale::{length, step};
use super::spread::Spread;
use super::svg::{Anchor, Paint, Size, Svg, Tone};

/// Widths of a bin, in days.
const BINS: [u32; 14] = [1, 2, 5, 7, 14, 28, 91, 182, 365, 730, 1_826, 3_652, 36_525, 365_250];

/// The drawing of a spread of days.
pub fn draw(spread: &Spread, id: &str, size: Size) -> Svg {
    let mut svg = Svg::new(id, size);
    let room = svg.width() - 12;
    let most = if size == Size::Wide { 60 } else { 30 };
    let longest = spread.longest();
    let bin = BINS.into_iter().find(|bin| longest / bin < most).unwrap_or(u32::MAX);
    let bins = longest / bin + 1;
    let mut counts = vec![0_u128; bins as usize];
    for (days, count) in &spread.days {
        if let Some(sum) = counts.get_mut((days / bin) as usize) {
            *sum += u128::from(*count);
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    // The two marks above, then the columns, then the days.
    let (top, high) = (50, 90);
    let at = |place: u32| 6 + u32::try_from(u64::from(room) * u64::from(place) / u64::from(bins)).unwrap_or(room);
    for (place, count) in (0..bins).zip(&counts) {
        let tall = length(*count, most, high);
        let wide = (at(place + 1) - at(place)).saturating_sub(2).clamp(1, 40);
        svg.area(at(place), top + high - tall, wide, tall, Paint::Category(0));
    }
    svg.line((6, top + high), (6 + room, top + high), Tone::Soft, false);
    // Marks of the axis stand where a bin begins.
    let label = |place: u32| short(u128::from(place) * u128::from(bin));
    let apart = width(&label(bins)) + 26;
    let every = u32::try_from(step(u128::from(bins), u128::from((room / apart).max(1)))).unwrap_or(bins);
    for place in (0..bins).filter(|place| place % every == 0) {
        let x = at(place);
        svg.line((x, top + high), (x, top + high + 5), Tone::Soft, false);
        if x + width(&label(place)) / 2 <= svg.width() {
            svg.text_around(x, top + high + 21, Tone::Ink, &label(place));
        }
    }
    svg.text(svg.width() - 1, top + high + 42, Anchor::End, Tone::Soft, &axis(bin));
    let named = [(spread.at_percent(50), "Median", 14), (spread.at_percent(90), "90 in 100 within", 38)];
    for (days, name, y) in named {
        let place = days / bin;
        let wide = (at(place + 1) - at(place)).saturating_sub(2).clamp(1, 40);
        let x = at(place) + wide / 2;
        svg.line((x, y - 12), (x, top + high), Tone::Ink, true);
        let text = match days {
            0 => format!("{name} the same day"),
            1 => format!("{name} 1 day"),
            days => format!("{name} {} days", short(u128::from(days))),
        };
        if x + 7 + width(&text) <= svg.width() {
            svg.text(x + 7, y, Anchor::Start, Tone::Over, &text);
        } else {
            svg.text(x.saturating_sub(7), y, Anchor::End, Tone::Over, &text);
        }
    }
    svg
}

fn axis(bin: u32) -> String {
    if bin == 1 { "Days".to_owned() } else { format!("Days, {} to a bar", short(u128::from(bin))) }
}
