//! A zone with records, a custodian who signs, and a reader of packages.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use age::x25519::Identity;
use arrow::array::{ArrayRef, Date32Array, Float64Array, Int16Array, Int64Array, RecordBatch, StringArray};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use extract::calendar::Day;
use extract::extract::{ExtractError, Extracted, Task, extract};
use extract::interrupt::Interrupt;
use extract::{Sources, Zone};
use package::document::Signed;
use package::instruction::Format;
use package::sealed::{PackageKey, unpack};
use package::specification::{
    DatasetPart, DictionaryReference, Filter, Keep, People, Specification, SpecifiedItem, Treatment,
};
use package::{Instruction, Manifest};
use register::{Class, Digest, Moment};
use tlog::SigningKey;

/// The sources of a zone with a census in two Parquet files and absences in CSV.
pub const SOURCES: &str = r#"
region-table = "regions.csv"

[[dataset]]
name = "Census"
path = "census of schools"
person = "upn"
year = "year"
born = "born"

[[dataset.column]]
name = "upn"
item = "upn"
classes = { npd-tier = "1" }

[[dataset.column]]
name = "year"
item = "year"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "born"
item = "born"
classes = { npd-tier = "2" }

[[dataset.column]]
name = "postcode"
item = "postcode"
classes = { npd-tier = "1" }

[[dataset.column]]
name = "Ethnicity"
item = "ethnicity"
classes = { npd-tier = "2" }

[[dataset.column]]
name = "score"
item = "score"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "days"
item = "days"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "secret"
item = "secret"

[[dataset]]
name = "Absence"
path = "absence.csv"
person = "pupil"
year = "year"

[[dataset.column]]
name = "pupil"
item = "pupil"
classes = { npd-tier = "1" }

[[dataset.column]]
name = "sessions"
item = "sessions"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "reason"
item = "reason"
classes = { npd-tier = "2" }
"#;

/// One row of the census.
#[derive(Debug, Clone, PartialEq)]
pub struct Pupil {
    pub upn: Option<String>,
    pub year: i16,
    pub born: Option<Day>,
    pub postcode: Option<String>,
    pub ethnicity: Option<String>,
    pub score: Option<f64>,
    pub days: Option<i64>,
}

/// A place with all of it.
pub struct Given {
    pub folder: tempfile::TempDir,
    pub custodian: SigningKey,
    pub release_key: Identity,
    pub zone: Zone,
    pub sources: Sources,
    pub out: PathBuf,
    pub memory: usize,
    pub now: Moment,
    pub people: Option<PathBuf>,
}

/// A pupil by number: everything about it follows from the number.
pub fn pupil(number: i64, year: i16) -> Pupil {
    let born = Day { year: 1999 + (number % 3) as i32, month: 1 + (number % 12) as u8, day: 1 + (number % 28) as u8 };
    Pupil {
        upn: Some(format!("A{number:06}")),
        year,
        born: Some(born),
        postcode: Some(format!("AB{} {}CD", 1 + number % 4, number % 10)),
        ethnicity: (number % 7 != 0).then(|| ["WBRI", "BAFR", "ABAN"][(number % 3) as usize].to_owned()),
        score: Some(number as f64 / 4.0),
        days: Some(number % 200),
    }
}

/// The census as a test has it: two years of 60 pupils, of whom 40 are in both.
pub fn census() -> Vec<Pupil> {
    (1..=60).map(|number| pupil(number, 2010)).chain((21..=80).map(|number| pupil(number, 2011))).collect()
}

impl Given {
    /// A zone with [`census`] and absences of pupils 1 to 30 in 2010.
    pub fn new() -> Self {
        Self::with(&census())
    }

    /// A zone with such a census.
    pub fn with(census: &[Pupil]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let records = folder.path().join("records");
        fs::create_dir_all(records.join("census of schools")).unwrap();
        for year in census.iter().map(|pupil| pupil.year).collect::<std::collections::BTreeSet<_>>() {
            let of_year: Vec<Pupil> = census.iter().filter(|pupil| pupil.year == year).cloned().collect();
            write_parquet(&records.join(format!("census of schools/{year} [all].parquet")), &batch(&of_year));
        }
        let mut absences = "pupil,year,sessions,reason\n".to_owned();
        (1..=30).for_each(|number| {
            absences.push_str(&format!("A{number:06},2010,{number},\"{}\"\n", ["ill", "a, b"][number % 2]))
        });
        fs::write(records.join("absence.csv"), absences).unwrap();
        fs::write(records.join("regions.csv"), "district,region\nAB1,North\nAB2,North\nAB3,South\nAB4,South\n")
            .unwrap();
        fs::write(records.join("sources.toml"), SOURCES).unwrap();
        Self::over(folder, &records.join("sources.toml"))
    }

    /// A zone over records that are there already.
    pub fn over(folder: tempfile::TempDir, sources: &Path) -> Self {
        let custodian = SigningKey::new("desk.example/instructions", &[7; 32]).unwrap();
        let zone = Zone::create(&folder.path().join("zone"), "zone.example/extract", custodian.verifier()).unwrap();
        let out = folder.path().join("out");
        fs::create_dir_all(&out).unwrap();
        let sources = Sources::read(sources).unwrap();
        let now = "2026-11-23T09:30:00Z".parse().unwrap();
        Self {
            folder,
            custodian,
            release_key: Identity::generate(),
            zone,
            sources,
            out,
            memory: 64 << 20,
            now,
            people: None,
        }
    }

    pub fn records(&self) -> PathBuf {
        self.folder.path().join("records")
    }

    /// The instruction for a specification.
    pub fn instruction(&self, specification: Specification) -> Instruction {
        Instruction {
            format: Format::Parquet,
            issued: "2026-11-20T09:00:00Z".parse().unwrap(),
            key: self.release_key.to_public().to_string(),
            people_at_most: None,
            recipient: Identity::generate().to_public().to_string(),
            release: "R1".to_owned(),
            sequence: 1,
            share: "DS-1".to_owned(),
            specification,
            v: 1,
            valid_until: "2027".parse().unwrap(),
        }
    }

    pub fn signed(&self, instruction: &Instruction) -> Vec<u8> {
        Signed::sign(instruction.clone(), &self.custodian).unwrap().to_string().into_bytes()
    }

    /// Carries an instruction out.
    pub async fn extract(&self, instruction: &Instruction) -> Result<Extracted, ExtractError> {
        self.extract_bytes(&self.signed(instruction), Interrupt::default()).await
    }

    pub async fn extract_bytes(&self, instruction: &[u8], interrupt: Interrupt) -> Result<Extracted, ExtractError> {
        let task = Task {
            instruction,
            zone: &self.zone,
            sources: &self.sources,
            out: self.out.clone(),
            people: self.people.clone(),
            memory: self.memory,
            threads: 2,
            now: self.now,
            token_key: [5; 16],
            quiet: true,
            interrupt,
        };
        extract(&task).await
    }

    /// Opens a package as a recipient does once the custodian has sealed the key again.
    pub fn open(&self, done: &Extracted) -> (Manifest, BTreeMap<String, Table>) {
        let [package, manifest, key] = &done.files;
        let manifest = Signed::<Manifest>::parse(&fs::read(manifest).unwrap()).unwrap();
        manifest.verified_by(self.zone.engine().verifier()).unwrap();
        let key = PackageKey::unsealed(&fs::read_to_string(key).unwrap(), &self.release_key).unwrap();
        let opened = self.folder.path().join("opened");
        fs::create_dir_all(&opened).unwrap();
        let place = |file: &package::manifest::MeasuredFile| File::create(opened.join(&file.name));
        unpack(File::open(package).unwrap(), &key, &manifest, place).unwrap();
        let manifest = manifest.unverified().clone();
        let tables = manifest.files.iter().map(|file| (file.dataset.clone(), Table::read(&opened.join(&file.name))));
        let tables = tables.collect();
        (manifest, tables)
    }

    /// Everything below a folder that nothing should be left in.
    pub fn left(&self) -> Vec<PathBuf> {
        let mut left = Vec::new();
        for folder in [self.out.clone(), self.zone.folder().join("partial"), self.zone.folder().join("releases")] {
            let entries = fs::read_dir(&folder).into_iter().flatten();
            left.extend(entries.map(|entry| entry.unwrap().path()));
        }
        left
    }
}

/// A file that was opened: names of columns, and rows as text.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub names: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
}

impl Table {
    pub fn read(path: &Path) -> Self {
        let mut table = Self { names: Vec::new(), rows: Vec::new() };
        let file = File::open(path).unwrap();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
            table.names = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
            builder.build().unwrap().for_each(|batch| table.add(&batch.unwrap()));
        } else {
            let text = String::from_utf8(zstd::decode_all(file).unwrap()).unwrap();
            let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
            table.names = lines.next().unwrap();
            // A line whose only cell is empty has quotation marks, so that it is no empty line.
            let given = |cell: &String| !cell.is_empty() && cell != "\"\"";
            let cells = |line: Vec<String>| line.into_iter().map(|cell| Some(cell).filter(given)).collect();
            table.rows = lines.map(cells).collect();
        }
        table
    }

    fn add(&mut self, batch: &RecordBatch) {
        let options = FormatOptions::default();
        let formats: Vec<_> =
            batch.columns().iter().map(|column| (column, ArrayFormatter::try_new(column, &options).unwrap())).collect();
        for row in 0..batch.num_rows() {
            let cell = |(column, format): &(&ArrayRef, ArrayFormatter<'_>)| {
                use arrow::array::Array;
                column.is_valid(row).then(|| format.value(row).to_string())
            };
            self.rows.push(formats.iter().map(cell).collect());
        }
    }

    pub fn column(&self, name: &str) -> Vec<Option<String>> {
        let place = self.names.iter().position(|other| other == name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| row[place].clone()).collect()
    }

    /// Every value anywhere.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        self.rows.iter().flatten().flatten()
    }
}

pub fn class(value: &str) -> Vec<Class> {
    vec![Class { scheme: "npd-tier".to_owned(), value: value.to_owned() }]
}

/// The class that [`SOURCES`] gives an item.
fn class_of(item: &str) -> Vec<Class> {
    match item {
        "upn" | "postcode" | "pupil" => class("1"),
        "born" | "ethnicity" | "reason" => class("2"),
        _ => class("4"),
    }
}

pub fn item(name: &str, treatment: Treatment) -> SpecifiedItem {
    SpecifiedItem {
        classes: class_of(name),
        cohorts: Vec::new(),
        first_year: 2010,
        item: name.to_owned(),
        justification: None,
        last_year: 2011,
        name: name.to_uppercase(),
        treatment,
    }
}

pub fn filter(name: &str, keep: Keep) -> Filter {
    Filter { classes: class_of(name), item: name.to_owned(), keep, name: name.to_uppercase() }
}

pub fn part(name: &str, mut items: Vec<SpecifiedItem>, filters: Vec<Filter>) -> DatasetPart {
    items.sort_by(|a, b| a.item.cmp(&b.item));
    DatasetPart {
        dictionary: DictionaryReference { digest: Digest::of(b"a dictionary"), edition: "2026".to_owned() },
        filters,
        items,
        name: name.to_owned(),
    }
}

pub fn specification(mut datasets: Vec<DatasetPart>) -> Specification {
    datasets.sort_by(|a, b| a.name.cmp(&b.name));
    Specification { cohorts: Vec::new(), datasets, people: People::Everyone {}, v: 1 }
}

/// The rows as a file has them, and a column that nobody has classified.
pub fn batch(pupils: &[Pupil]) -> RecordBatch {
    let text =
        |get: fn(&Pupil) -> Option<String>| -> ArrayRef { Arc::new(StringArray::from_iter(pupils.iter().map(get))) };
    RecordBatch::try_from_iter([
        ("upn", text(|pupil| pupil.upn.clone())),
        ("year", Arc::new(Int16Array::from_iter_values(pupils.iter().map(|pupil| pupil.year))) as ArrayRef),
        ("born", Arc::new(Date32Array::from_iter(pupils.iter().map(|pupil| pupil.born.map(Day::number))))),
        ("postcode", text(|pupil| pupil.postcode.clone())),
        ("Ethnicity", text(|pupil| pupil.ethnicity.clone())),
        ("score", Arc::new(Float64Array::from_iter(pupils.iter().map(|pupil| pupil.score)))),
        ("days", Arc::new(Int64Array::from_iter(pupils.iter().map(|pupil| pupil.days)))),
        ("secret", text(|_| Some("secret".to_owned()))),
    ])
    .unwrap()
}

pub fn write_parquet(path: &Path, batch: &RecordBatch) {
    let mut writer = parquet::arrow::ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}
