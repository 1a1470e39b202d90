//! Filling the basket: adding items from a dictionary, taking them out, justifying and treating them. Whatever is done
//! leaves a specification that can be written.

use register::Digest;
use register::dictionary::{Dictionary, dataset_address, item_addresses};

use super::problem::{collected, covers};
use super::{
    Cohort, DatasetPart, DictionaryReference, Filter, Keep, MAX_ITEMS, People, Specification, SpecifiedItem, Treatment,
};

/// A dictionary that the register has published, as items are chosen from it.
#[derive(Debug, Clone, Copy)]
pub struct DictionarySource<'a> {
    /// The dataset's name, as the statement gives it.
    pub dataset: &'a str,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// The edition, in its publisher's words.
    pub edition: &'a str,
    /// What it lists.
    pub dictionary: &'a Dictionary,
}

/// Why an item cannot be put into a basket, or changed in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BasketError {
    /// The dictionary lists no such item.
    #[error("There is no item {item} in {dataset}")]
    UnknownItem {
        /// The dataset.
        dataset: String,
        /// The address that was asked for.
        item: String,
    },
    /// The item was not collected in all these years.
    #[error("{name} was collected {collected}; choose years within")]
    Years {
        /// The item's name.
        name: String,
        /// When it was collected, in words.
        collected: String,
    },
    /// The years run backwards.
    #[error("The first year must not be after the last year")]
    YearsBackwards,
    /// The basket already has items of this dataset from another edition of its dictionary.
    #[error(
        "The basket has items of {dataset} from the edition {edition:?}; take them out before you choose from another"
    )]
    OtherEdition {
        /// The dataset.
        dataset: String,
        /// The edition in the basket.
        edition: String,
    },
    /// An item is asked for a cohort that the specification does not cover.
    #[error("The basket does not cover people born in {cohort}; choose among the cohorts that it covers")]
    OtherCohort {
        /// Which.
        cohort: Cohort,
    },
    /// A cohort cannot go while an item is asked for it alone or among others.
    #[error("{name} is asked for people born in {cohort}; take it out, or choose other cohorts for it first")]
    CohortInUse {
        /// The item's name.
        name: String,
        /// Which.
        cohort: Cohort,
    },
    /// The dataset cannot go while the people asked for are those found in it.
    #[error("The people asked for are those found in {dataset}; say first whose records you need without it")]
    PeopleWithin {
        /// Which.
        dataset: String,
    },
    /// The basket has nothing of this dataset.
    #[error("The basket has no item of {dataset}; choose one before you narrow its rows")]
    NoDataset {
        /// Which.
        dataset: String,
    },
    /// The basket is full.
    #[error("A basket holds at most {MAX_ITEMS} items")]
    Full,
    /// The basket has no such item.
    #[error("The basket has no item {item} of {dataset}")]
    NotThere {
        /// The dataset.
        dataset: String,
        /// The address that was asked for.
        item: String,
    },
    /// What was changed has no form in a file.
    #[error(transparent)]
    Form(#[from] super::SpecificationError),
}

impl Specification {
    /// Puts an item into the basket for these years and for some of the cohorts of the specification, or, where none is
    /// given, for all whom it covers. An item that is there already keeps its justification and treatment.
    ///
    /// # Errors
    /// Why it cannot be; the basket is as it was.
    pub fn add(
        &mut self,
        source: DictionarySource<'_>,
        address: &str,
        years: (u16, u16),
        cohorts: &[Cohort],
    ) -> Result<(), BasketError> {
        self.add_all(source, &[address], years, cohorts)
    }

    /// Puts several items into the basket, or none.
    ///
    /// # Errors
    /// As [`Specification::add`], of the first that cannot be.
    pub fn add_all(
        &mut self,
        source: DictionarySource<'_>,
        addresses: &[&str],
        years: (u16, u16),
        cohorts: &[Cohort],
    ) -> Result<(), BasketError> {
        if years.0 > years.1 {
            return Err(BasketError::YearsBackwards);
        }
        let rows = item_addresses(source.dictionary);
        let mut changed = self.clone();
        let mut cohorts = cohorts.to_vec();
        cohorts.sort();
        cohorts.dedup();
        if let Some(other) = cohorts.iter().find(|cohort| self.cohorts.binary_search(cohort).is_err()) {
            return Err(BasketError::OtherCohort { cohort: *other });
        }
        let part = changed.part_for(source)?;
        for address in addresses {
            let row = rows.iter().position(|known| known == address).ok_or_else(|| BasketError::UnknownItem {
                dataset: source.dataset.to_owned(),
                item: (*address).to_owned(),
            })?;
            let item = &source.dictionary.items[row];
            if !covers(item, years.0, years.1) {
                return Err(BasketError::Years { name: item.alias.clone(), collected: collected(item) });
            }
            let asked = SpecifiedItem {
                classes: item.classes.clone(),
                cohorts: cohorts.clone(),
                first_year: years.0,
                item: (*address).to_owned(),
                justification: None,
                last_year: years.1,
                name: item.alias.clone(),
                treatment: Treatment::Keep {},
            };
            match part.items.binary_search_by(|other| other.item.as_str().cmp(address)) {
                Ok(place) => {
                    let before = &mut part.items[place];
                    let (justification, treatment) = (before.justification.take(), before.treatment.clone());
                    *before = SpecifiedItem { justification, treatment, ..asked };
                }
                Err(place) => part.items.insert(place, asked),
            }
        }
        self.become_checked(changed)
    }

    /// Takes an item out of the basket, with its dataset if it was the last of it.
    ///
    /// # Errors
    /// Where the basket does not have it, or the people are those of a dataset that would go.
    pub fn remove(&mut self, dataset: &str, address: &str) -> Result<(), BasketError> {
        let mut changed = self.clone();
        changed.item_mut(dataset, address)?;
        for part in changed.datasets.iter_mut().filter(|part| part.name == dataset) {
            part.items.retain(|item| item.item != address);
        }
        changed.datasets.retain(|part| !part.items.is_empty());
        // The people asked for would become everyone, which nobody said.
        if matches!(&changed.people, People::FoundIn { within } if changed.dataset(within).is_none()) {
            return Err(BasketError::PeopleWithin { dataset: dataset.to_owned() });
        }
        self.become_checked(changed)
    }

    /// Says why an item is needed; an empty text takes the reason away.
    ///
    /// # Errors
    /// Where the basket does not have it, or the text is too long.
    pub fn justify(&mut self, dataset: &str, address: &str, text: &str) -> Result<(), BasketError> {
        let mut changed = self.clone();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        changed.item_mut(dataset, address)?.justification = (!text.is_empty()).then(|| text.to_owned());
        self.become_checked(changed)
    }

    /// Says what is done to an item's values.
    ///
    /// # Errors
    /// Where the basket does not have it, or the treatment is not one that a file can say.
    pub fn treat(&mut self, dataset: &str, address: &str, treatment: Treatment) -> Result<(), BasketError> {
        let mut changed = self.clone();
        changed.item_mut(dataset, address)?.treatment = treatment;
        self.become_checked(changed)
    }

    /// Says which cohorts and whose records are asked for.
    ///
    /// # Errors
    /// Where no file can say it, or an item is asked for cohorts that would no longer be listed: without them it would be
    /// asked for all.
    pub fn cover(&mut self, cohorts: &[Cohort], people: People) -> Result<(), BasketError> {
        let mut changed = Self { people, cohorts: cohorts.to_vec(), ..self.clone() };
        changed.cohorts.sort();
        changed.cohorts.dedup();
        let gone = |item: &SpecifiedItem| item.cohorts.iter().copied().find(|cohort| !changed.cohorts.contains(cohort));
        if let Some((item, cohort)) = changed.items().find_map(|(_, item)| Some((item, gone(item)?))) {
            return Err(BasketError::CohortInUse { name: item.name.clone(), cohort });
        }
        self.become_checked(changed)
    }

    /// Keeps only those rows of a dataset in the basket in which an item of its dictionary has such values; another filter
    /// on the same item is replaced.
    ///
    /// # Errors
    /// Where the basket has no item of the dataset, its dictionary has no such item, or no file can say it.
    pub fn keep_rows(&mut self, source: DictionarySource<'_>, address: &str, keep: Keep) -> Result<(), BasketError> {
        let unknown = || BasketError::UnknownItem { dataset: source.dataset.to_owned(), item: address.to_owned() };
        if !self.datasets.iter().any(|part| part.is_of(source.dataset)) {
            return Err(BasketError::NoDataset { dataset: source.dataset.to_owned() });
        }
        let row = item_addresses(source.dictionary).iter().position(|known| known == address).ok_or_else(unknown)?;
        let item = &source.dictionary.items[row];
        let mut changed = self.clone();
        let filters = &mut changed.part_for(source)?.filters;
        filters.retain(|filter| filter.item != address);
        let place = filters.partition_point(|filter| filter.item.as_str() < address);
        let (classes, name) = (item.classes.clone(), item.alias.clone());
        filters.insert(place, Filter { classes, item: address.to_owned(), keep, name });
        self.become_checked(changed)
    }

    /// Takes a filter away: all rows are asked for again, as far as other filters go.
    ///
    /// # Errors
    /// Where there is no such filter.
    pub fn keep_all_rows(&mut self, dataset: &str, address: &str) -> Result<(), BasketError> {
        let mut changed = self.clone();
        let part = changed.datasets.iter_mut().find(|part| part.name == dataset);
        let before = part.as_ref().map_or(0, |part| part.filters.len());
        let after = part.map_or(0, |part| {
            part.filters.retain(|filter| filter.item != address);
            part.filters.len()
        });
        if before == after {
            return Err(BasketError::NotThere { dataset: dataset.to_owned(), item: address.to_owned() });
        }
        self.become_checked(changed)
    }

    fn part_for(&mut self, source: DictionarySource<'_>) -> Result<&mut DatasetPart, BasketError> {
        let address = dataset_address(source.dataset);
        let place = match self.datasets.iter().position(|part| dataset_address(&part.name) == address) {
            Some(place) => place,
            None => {
                let place = self.datasets.partition_point(|part| part.name.as_str() < source.dataset);
                let dictionary = DictionaryReference { digest: source.digest, edition: source.edition.to_owned() };
                let (filters, items, name) = (Vec::new(), Vec::new(), source.dataset.to_owned());
                self.datasets.insert(place, DatasetPart { dictionary, filters, items, name });
                place
            }
        };
        let part = &mut self.datasets[place];
        if part.dictionary.digest != source.digest {
            let (dataset, edition) = (part.name.clone(), part.dictionary.edition.clone());
            return Err(BasketError::OtherEdition { dataset, edition });
        }
        Ok(part)
    }

    fn item_mut(&mut self, dataset: &str, address: &str) -> Result<&mut SpecifiedItem, BasketError> {
        let part = self.datasets.iter_mut().find(|part| part.name == dataset);
        part.and_then(|part| part.items.iter_mut().find(|item| item.item == address))
            .ok_or_else(|| BasketError::NotThere { dataset: dataset.to_owned(), item: address.to_owned() })
    }

    fn become_checked(&mut self, changed: Self) -> Result<(), BasketError> {
        if changed.items().count() > MAX_ITEMS {
            return Err(BasketError::Full);
        }
        changed.to_bytes()?;
        *self = changed;
        Ok(())
    }
}
