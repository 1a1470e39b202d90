//! The kernel draws whatever numbers and texts it is given: well-formed, within its bounds, nothing unescaped.

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::bars::{Bar, Bars};
use super::lanes::Lanes;
use super::matrix::Matrix;
use super::scale;
use super::spread::Spread;
use super::svg::{Size, Svg};
use super::timeline::{Lane, Mark, Timeline};
use super::{Cell, Drawing, Table, measure, strip};

const SIZES: [Size; 2] = [Size::Wide, Size::Narrow];

/// What is wrong with a drawing; nothing if it is well formed, every length is a whole number, and every shape and, by
/// the kernel's own measure, every text lies within the view.
fn wrong(svg: &str) -> Option<String> {
    let mut reader = Reader::from_str(svg);
    let (mut width, mut height) = (0, 0);
    let mut open_text: Option<(u32, u32, String)> = None;
    let mut said = String::new();
    let mut pattern = 0;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Some(format!("not well formed: {error}")),
        };
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let mut numbers = std::collections::HashMap::new();
                let name = tag.name().as_ref().to_owned();
                for attribute in tag.attributes() {
                    let Ok(attribute) = attribute else { return Some("an attribute cannot be read".to_owned()) };
                    let key = attribute.key.as_ref().to_owned();
                    let value = attribute.value.to_string();
                    if key == "style" || key.starts_with("on") {
                        return Some(format!("attribute {key}"));
                    }
                    if key == "viewBox" {
                        let parts: Vec<u32> = value.split(' ').filter_map(|part| part.parse().ok()).collect();
                        let [0, 0, w, h] = parts.as_slice() else { return Some(format!("view {value}")) };
                        (width, height) = (*w, *h);
                    }
                    if ["x", "y", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy", "r"].contains(&key.as_str()) {
                        let Ok(number) = value.parse::<u32>() else { return Some(format!("{name} {key} {value}")) };
                        numbers.insert(key.clone(), number);
                    }
                    if key == "text-anchor" {
                        numbers.insert(key, if value == "middle" { 1 } else { 2 });
                    }
                }
                let of = |key: &str| numbers.get(key).copied().unwrap_or(0);
                match name.as_str() {
                    "pattern" => pattern += 1,
                    "script" | "foreignObject" | "image" | "a" => return Some(format!("element {name}")),
                    "text" => open_text = Some((of("x"), of("text-anchor"), String::new())),
                    _ => {}
                }
                let right = [of("x") + of("width"), of("x1"), of("x2"), of("cx") + of("r")];
                let low = [of("y") + of("height"), of("y1"), of("y2"), of("cy") + of("r")];
                if right.iter().any(|x| *x > width) || low.iter().any(|y| *y > height) {
                    return Some(format!("{name} beyond {width} by {height}: {numbers:?}"));
                }
                if name == "circle" && (of("cx") < of("r") || of("cy") < of("r")) {
                    return Some("a dot beyond the left".to_owned());
                }
            }
            Event::Text(text) => {
                said.push_str(&text);
                if let Some((_, _, held)) = &mut open_text {
                    held.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let letter = match &*reference {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "#39" => '\'',
                    other => return Some(format!("reference {other}")),
                };
                if let Some((_, _, held)) = &mut open_text {
                    held.push(letter);
                }
            }
            Event::End(tag) if tag.name().as_ref() == "text" => {
                let (x, anchor, text) = open_text.take()?;
                let long = measure::width(&text);
                let (from, to) = match anchor {
                    0 => (i64::from(x), i64::from(x + long)),
                    1 => (i64::from(x) - i64::from(long / 2), i64::from(x + long / 2)),
                    _ => (i64::from(x) - i64::from(long), i64::from(x)),
                };
                // An ellipsis may stand where there is no room for anything.
                let slack = i64::from(measure::width("…"));
                if text != "…" && (from < -slack || to > i64::from(width) + slack) {
                    return Some(format!("text {text:?} from {from} to {to}"));
                }
            }
            Event::End(tag) if tag.name().as_ref() == "pattern" => pattern -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    if width == 0 || height == 0 || pattern != 0 || said.contains("NaN") || said.contains('<') {
        return Some(format!("{width} by {height}, {pattern} open"));
    }
    None
}

fn check(draw: impl Fn(Size) -> Svg) -> Result<(), TestCaseError> {
    for size in SIZES {
        let svg = draw(size).finish("A <title> & more", "What \"it\" says");
        prop_assert_eq!(wrong(&svg), None, "{:?} {}", size, svg);
    }
    Ok(())
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1), Just(u64::MAX), 0..50_u64, any::<u64>()]
}

fn text() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        "[a-zA-Z ]{0,12}",
        "\\PC{0,60}",
        Just("<script>alert('&')</script>\u{0}\u{7}".to_owned()),
        ".{0,8}"
    ];
    any.prop_filter("what a number that went wrong would be", |text| !text.contains("NaN"))
}

fn bar() -> impl Strategy<Value = Bar> {
    (text(), prop::option::of(Just("so far")), prop::array::uniform4(number()), prop::option::of(text()))
        .prop_map(|(label, remark, values, said)| Bar { label, remark, values, said })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn bars_of_any_numbers_stay_within_their_view(rows in prop::collection::vec(bar(), 0..40), names in 1_usize..=4) {
        let categories = &["One", "Two & two", "<Three>", "Four, which has a rather long name for a legend"][..names];
        let bars = Bars { categories, rows };
        check(|size| bars.across("bars", size))?;
        check(|_| bars.up("bars"))?;
    }

    #[test]
    fn a_matrix_of_any_numbers_stays_within_its_view(
        columns in prop::collection::vec(text(), 0..9),
        rows in prop::collection::vec((text(), prop::collection::vec(any::<u128>(), 0..9)), 0..9),
    ) {
        let matrix = Matrix { across: "Across", columns, down: "Down", rows };
        check(|size| matrix.draw("matrix", size))?;
    }

    #[test]
    fn lanes_of_any_cohorts_stay_within_their_view(
        steps in prop::collection::vec(text(), 0..80),
        rows in prop::collection::vec((text(), prop::collection::vec(prop::option::of(0_usize..6), 0..80)), 0..20),
    ) {
        let lanes = Lanes { categories: &["All", "Some"], steps, rows };
        check(|size| lanes.draw("lanes", size))?;
    }

    #[test]
    fn a_strip_of_any_days_stays_within_its_view(days in prop::collection::vec((prop_oneof![0..400_u32, any::<u32>()], 1..u64::from(u32::MAX)), 0..60)) {
        let mut spread = Spread::default();
        days.iter().for_each(|(days, count)| spread.add(*days, *count));
        check(|size| strip::draw(&spread, "strip", size))?;
        let (half, most) = (spread.at_percent(50), spread.at_percent(90));
        prop_assert!(half <= most && most <= spread.longest());
    }

    #[test]
    fn a_line_of_any_time_stays_within_its_view(
        lanes in prop::collection::vec((text(), prop::collection::vec((any::<i32>(), any::<i32>(), 0..4), 0..9)), 0..9),
        today in any::<i32>(),
        years in 0_i16..9_999,
    ) {
        let mark = |(from, to, kind): (i32, i32, i32)| match kind {
            0 => Mark::Day(from.into()),
            1 => Mark::Between(from.into(), to.into()),
            2 => Mark::Lasts(from.into(), to.into()),
            _ => Mark::Due(to.into()),
        };
        let lanes = lanes.into_iter().map(|(label, marks)| Lane { label, marks: marks.into_iter().map(mark).collect() });
        let years = (0..years).map(|year| (year, i64::from(year) * 365)).collect();
        let timeline = Timeline { lanes: lanes.collect(), today: today.into(), years };
        check(|size| timeline.draw("line", size))?;
    }

    #[test]
    fn a_length_is_a_part_of_its_room(value in any::<u128>(), largest in any::<u64>(), room in 0_u32..5_000) {
        let long = scale::length(value, largest.into(), room);
        prop_assert!(long <= room);
        prop_assert_eq!(long == 0, value == 0 || largest == 0 || room == 0);
    }

    #[test]
    fn marks_reach_the_largest_in_few_even_steps(largest in any::<u64>(), most in 1_u128..20) {
        let marks = scale::marks(largest.into(), most);
        prop_assert!(marks.len() as u128 <= most + 1);
        prop_assert!(marks.last().is_some_and(|last| *last >= u128::from(largest)));
    }

    #[test]
    fn a_cut_text_fits(text in "\\PC{0,80}", room in 20_u32..400) {
        prop_assert!(measure::width(&measure::fit(&text, room)) <= room);
    }

    #[test]
    fn a_table_is_read_back_from_its_csv(cells in prop::collection::vec((text(), number()), 0..12)) {
        let rows = cells.iter().map(|(text, number)| vec![Cell::Text(text.clone()), Cell::number(*number), Cell::Nothing]);
        let table = Table { columns: vec![("A", "a"), ("B", "b"), ("C", "c")], rows: rows.collect() };
        let bytes = table.csv().unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(read.len(), cells.len());
        for (row, (_, number)) in read.iter().zip(&cells) {
            prop_assert!(!row[0].starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(&row[1], number.to_string());
        }
    }
}

#[test]
fn a_drawing_says_what_it_is_to_who_does_not_see_it() {
    let bars = Bars {
        categories: &["One", "Two"],
        rows: vec![Bar { label: "<b>".to_owned(), values: [1, 2, 0, 0], ..Bar::default() }],
    };
    let Drawing { wide, narrow } = Drawing::of("Title & all", "Words", |size| bars.across("x", size));
    for (svg, size) in [(&wide, "wide"), (&narrow, "narrow")] {
        assert!(
            svg.contains("role=\"img\"") && svg.contains(&format!("aria-labelledby=\"x-{size}-title x-{size}-words\""))
        );
        assert!(svg.contains("Title &amp; all") && svg.contains("&lt;b&gt;") && !svg.contains("<b>"));
    }
}

#[test]
fn categories_are_told_apart_without_colour() {
    let bars = Bars { categories: &["A", "B", "C", "D"], rows: vec![Bar { values: [1, 1, 1, 1], ..Bar::default() }] };
    let svg = bars.up("x").finish("", "");
    for fill in ["fill=\"#1e5a5f\"", "fill=\"url(#x-wide-1)\"", "fill=\"url(#x-wide-2)\"", "fill=\"#ffffff\""] {
        assert!(svg.contains(fill), "{fill}");
    }
    assert_eq!(svg.matches("<pattern").count(), 2);
}

#[test]
fn numbers_are_short_and_never_rounded_up() {
    let short = |number: u128| measure::short(number);
    assert_eq!([0, 999_999, 1_000_000, 8_290_000].map(short), ["0", "999,999", "1m", "8.2m"]);
    assert_eq!(short(1_999_999_999), "1.9bn");
    assert_eq!(short(u128::from(u64::MAX)), "18,446,744tn");
}

#[test]
fn percentiles_are_days_that_occur() {
    let mut spread = Spread::default();
    assert_eq!((spread.at_percent(50), spread.longest(), spread.count()), (0, 0, 0));
    for (days, count) in [(0, 5), (10, 4), (200, 1)] {
        spread.add(days, count);
    }
    assert_eq!([50, 51, 90, 91, 100].map(|percent| spread.at_percent(percent)), [0, 10, 10, 200, 200]);
}
