//! The pages that say how the register is made, what is kept about readers, and whom to write to.

use server::settings::Settings as Operator;
use server::web::{Settings, Site};

use crate::support::site::{demonstration, get, get_from};

#[tokio::test]
async fn contact_says_plainly_when_nothing_is_set() {
    let site = demonstration();
    for page in ["/contact", "/accessibility"] {
        let text = get(&site, page).await.text;
        assert!(text.contains("is set on this site"), "{page}");
        assert!(!text.contains("mailto:"), "{page}");
    }
}

#[tokio::test]
async fn contact_gives_what_is_set_and_nothing_else() {
    let site = demonstration();
    let settings = "[contact]\nemail = \"o'hara+data@example.org\"\naddress = \"<b>Office</b>, 1 Street\"";
    let operator = Operator::parse(settings, "settings.toml").unwrap();
    let site = Site::of_copy(site.public(), Settings { operator, ..Settings::default() });
    let text = get_from(site.clone(), "/contact").await.text;
    assert!(text.contains("href=\"mailto:o%27hara%2Bdata@example.org\""));
    assert!(text.contains("Office&#60;/b&#62;<br>1 Street") && !text.contains("<b>Office"));
    assert!(!text.contains("No address is set"));
    let accessibility = get_from(site, "/accessibility").await.text;
    assert!(accessibility.contains("mailto:o%27hara") && !accessibility.contains("is set on this site"));
}

#[tokio::test]
async fn the_method_page_counts_the_gaps_that_the_fold_has() {
    let site = demonstration();
    let text = get(&site, "/method").await.text;
    let shares = site.register().shares();
    let volumes: Vec<_> =
        shares.iter().flat_map(|share| share.releases()).map(|(_, release, _)| &release.volume).collect();
    let declared = volumes
        .iter()
        .filter(|volume| {
            volume.as_ref().is_some_and(|volume| volume.basis == register::vocabulary::VolumeBasis::Declared)
        })
        .count();
    let unreasoned = shares.iter().filter(|share| share.outcome().is_some() && share.decided().is_none()).count();
    assert!(declared > 0 && unreasoned > 0);
    assert!(text.contains(&format!("{declared} of {} releases (", volumes.len())));
    assert!(text.contains(&format!("{unreasoned} of {} shares (", shares.len())));
    assert!(text.contains("It would prejudice the prevention or detection of crime: 3"));
    assert!(text.contains("A court has forbidden publication: 1; no opening date is set for it"));
}

#[tokio::test]
async fn no_cookie_is_set_and_the_page_says_so() {
    let site = demonstration();
    let answer = get(&site, "/cookies").await;
    assert!(!answer.headers.contains_key("set-cookie"));
    assert!(answer.text.contains("Reading this site sets no cookies.") && answer.text.contains("local storage"));
}
