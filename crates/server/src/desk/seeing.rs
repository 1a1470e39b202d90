//! Looking at a case: whoever may not see it is told that there is none, so that nobody learns which there are.

use casework::permission::{Sight, sees_of};
use casework::{Case, Recorded};
use store::casework::cases;

use super::Desk;
use super::problem::Problem;
use super::signed_in::SignedIn;

impl Desk {
    /// A case, for somebody who sees this of it.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is none for them.
    pub async fn case(&self, by: &SignedIn, reference: &str, sight: Sight) -> Result<Case, Problem> {
        Ok(self.case_with_history(by, reference, sight).await?.0)
    }

    /// A case with its events, for somebody who sees this of it.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is none for them.
    pub async fn case_with_history(
        &self,
        by: &SignedIn,
        reference: &str,
        sight: Sight,
    ) -> Result<(Case, Vec<Recorded>), Problem> {
        let (by, reference) = (by.actor.clone(), reference.to_owned());
        self.read(move |transaction| {
            let events = cases::history(transaction, &reference)?;
            let case = cases::folded(&reference, &events)?.filter(|case| sees_of(&by, sight, case));
            Ok((case.ok_or(Problem::NotFound)?, events))
        })
        .await
    }
}
