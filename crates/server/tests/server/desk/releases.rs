//! Releases, from the recipient's key to an opened package: requests to the real router, the real log, and a package as the
//! data zone seals it.

mod zone;

use axum::http::StatusCode;
use package::document::{Signed, parse_json};
use package::sealed::{Identity, PackageKey, unpack};
use package::specification::Treatment;
use package::{Instruction, Receipt};
use register::Count;
use register::statement::{Body, Statement};
use store::casework::owed;
use tlog::{Policy, SigningKey};

use super::decisions::story::{REFERENCE, at, unescaped};
use zone::{CONTENT, Desk, SHARE_PAGE};

#[tokio::test]
async fn a_release_goes_from_the_recipients_key_to_an_opened_package() {
    let desk = Desk::agreed();
    let page = desk.get(desk.analysts[0], "release").await;
    assert!(page.text.contains("has not given its public key yet"), "{}", page.text);
    assert!(page.text.contains(&desk.custodian()), "the data zone is told this key");
    desk.give_key().await;
    let instruction = desk.instruct().await;
    assert_eq!(instruction.recipient, desk.identity.to_public().to_string());
    assert_eq!((instruction.release.as_str(), instruction.people_at_most), ("DS-2026-0001-R1", Some(1_000)));

    let made = desk.carry_out(&instruction, |_| {});
    let handed_in = desk.hand_in(desk.analysts[0], &made).await;
    assert_eq!(handed_in.status, StatusCode::SEE_OTHER, "{}", handed_in.text);
    let page = desk.get(desk.manager, "release").await;
    assert!(page.text.contains("A second person looks") && !page.text.contains("first-analyst"), "{}", page.text);

    let own = desk.get(desk.analysts[0], "release/confirm").await;
    assert!(own.text.contains("somebody else releases it") && !own.text.contains("Release the data"), "{}", own.text);
    let refused =
        desk.send(desk.analysts[0], "release/confirm", "release/confirm", &[("digest", &made.digest())]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);

    let preview = desk.get(desk.analysts[1], "release/confirm").await;
    let shown = unescaped(&preview.between("id=\"leaf\">", "</pre>").unwrap());
    let shown = Statement::from_leaf(shown.as_bytes()).unwrap();
    let released = desk.send(desk.analysts[1], "release/confirm", "release/confirm", &[]).await;
    assert_eq!(released.status, StatusCode::SEE_OTHER, "{}", released.text);
    let owed = desk.story.site.read(owed::next).unwrap().draft.statement;
    assert_eq!(owed, shown, "what was looked at is what is owed");
    let Body::ReleaseRegistered(said) = &owed.body else { panic!("{owed:?}") };
    assert_eq!(said.manifest, Some(made.manifest.digest()));
    assert_eq!(said.volume.as_ref().unwrap().people, Some(Count::Exactly(900)));

    let early = desk.take_receipt(desk.manager).await;
    assert_eq!(early.status, StatusCode::BAD_REQUEST);
    assert!(early.text.contains("stands in the public log"), "{}", early.text);
    desk.publish();
    let page = desk.get(desk.manager, "release").await;
    assert!(page.text.contains("Download the receipt") && page.text.contains("The recipient takes the receipt"));
    let answer = desk.take_receipt(desk.manager).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.headers["content-disposition"].to_str().unwrap().contains("receipt-DS-2026-0001-R1.json"));
    assert_eq!(answer.headers["cache-control"], "no-store");

    let receipt: Receipt = parse_json(&answer.bytes).unwrap();
    let checked = receipt.check(&desk.policy(), Some(REFERENCE)).unwrap();
    let key = receipt.key(&desk.identity).unwrap();
    let mut opened = Vec::new();
    unpack(made.package.as_slice(), &key, &checked.manifest, |file| {
        opened.push((file.name.clone(), tempfile::NamedTempFile::new().unwrap()));
        opened.last().unwrap().1.reopen()
    })
    .unwrap();
    let [(name, file)] = opened.as_slice() else { panic!("{opened:?}") };
    assert_eq!((name.as_str(), std::fs::read(file.path()).unwrap()), ("key-stage-4.csv.zst", CONTENT.to_vec()));
    assert!(receipt.key(&Identity::generate()).is_err(), "it is made out to nobody else");

    let told = desk.get(desk.story.officer, "").await;
    assert!(told.text.contains("Took the receipt of release DS-2026-0001-R1."), "it is in the audit trail");
    let public = desk.story.site.browser().get(SHARE_PAGE).await;
    assert!(public.text.contains("Measured") && public.text.contains("900"), "{}", public.text);
    assert!(!public.text.contains("Declared</strong>"));
    let page = desk.get(desk.manager, "release").await;
    assert!(page.text.contains("Receipt taken on"), "{}", page.text);
    desk.nothing_secret_was_shown().await;
}

#[tokio::test]
async fn nobody_but_the_recipients_managers_takes_the_receipt() {
    let desk = Desk::agreed();
    desk.release().await;
    desk.publish();
    let site = &desk.story.site;
    let other = site.organisation("Other Trust");
    let roles = [casework::Role::DataManager, casework::Role::SigningOfficial].map(|role| (role, Some(other)));
    let stranger = site.person("eve@example.org", &roles);
    for page in ["release", "release/1/instruction", "release/1/manifest", "release/confirm", "release/instruct"] {
        assert_eq!(desk.get(stranger, page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(desk.take_receipt(stranger).await.status, StatusCode::NOT_FOUND);
    for person in [desk.story.applicant, desk.analysts[0], desk.story.officer, desk.story.chair, desk.story.regulator] {
        let answer = desk.take_receipt(person).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!answer.text.contains("BEGIN AGE"));
    }
    // Instructions and manifests are the custodian's; the recipient has the manifest in the package.
    for page in ["release/1/instruction", "release/1/manifest"] {
        assert_eq!(desk.get(desk.manager, page).await.status, StatusCode::NOT_FOUND, "{page}");
        assert_eq!(desk.get(desk.story.regulator, page).await.status, StatusCode::OK, "{page}");
    }
    // By a request that is none of ours, nobody.
    let mut browser = site.signed_in(desk.manager);
    assert_eq!(browser.post(&at("release/1/receipt"), &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.take_receipt(desk.story.official).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_was_not_approved_is_refused_and_every_difference_listed() {
    let desk = Desk::agreed();
    desk.give_key().await;
    let instruction = desk.instruct().await;
    let made = desk.carry_out(&instruction, |manifest| {
        manifest.files[0].columns[0].item = "ethnicity".to_owned();
        manifest.files[0].columns[1].classes.clear();
        manifest.files[0].years.push(2019);
        manifest.people = Count::banded(5_000);
    });
    let answer = desk.hand_in(desk.analysts[0], &made).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "The manifest holds 4 things that nobody approved",
        "ethnicity of Key Stage 4 was not approved",
        "left as no class, and was approved as",
        "2019/20",
        "5000 people, and at most 1000 were approved",
    ] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    let made = desk.carry_out(&instruction, |manifest| {
        for number in 0..300 {
            let mut column = manifest.files[0].columns[0].clone();
            column.item = format!("more-{number}");
            manifest.files[0].columns.push(column);
        }
    });
    let answer = desk.hand_in(desk.analysts[0], &made).await;
    assert!(answer.text.contains("These are the first 200 of 300."), "{}", answer.text);
    let page = desk.get(desk.analysts[0], "release").await;
    assert!(page.text.contains("With the data zone"), "nothing was handed in");
    let made =
        desk.carry_out(&instruction, |manifest| manifest.files[0].columns[0].treatment = Treatment::Pseudonymise {});
    assert!(desk.hand_in(desk.analysts[0], &made).await.text.contains("replaced by a pseudonym"));
}

#[tokio::test]
async fn a_manifest_and_a_key_are_believed_only_if_they_hold() {
    let desk = Desk::agreed();
    desk.give_key().await;
    let instruction = desk.instruct().await;
    let honest = desk.carry_out(&instruction, |_| {});
    let says = |answer: &crate::support::desk::Answer, said: &str| {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        assert!(unescaped(&answer.text).contains(said), "{said}: {}", answer.text);
    };
    // The token of a session is worth nothing in another, so each upload reads its own.
    let upload = async |files: &[(&str, Option<&str>, &[u8])]| {
        let mut browser = desk.story.site.signed_in(desk.analysts[0]);
        let token = browser.get(&at("release")).await.form_token();
        let seen = desk.story.case().seq.to_string();
        let mut parts = vec![("form-token", None, token.as_bytes()), ("seen", None, seen.as_bytes())];
        parts.extend_from_slice(files);
        browser.upload(&at("release/manifest"), &parts).await
    };
    let sent = async |manifest: &[u8], key: &[u8]| {
        upload(&[("manifest", Some("manifest.txt"), manifest), ("key", Some("key.age"), key)]).await
    };
    let (manifest, key) = (honest.manifest.to_string(), honest.key.as_str());
    let stranger = SigningKey::new("desk.invalid/extract", &[9; 32]).unwrap();
    let forged = Signed::sign(honest.manifest.unverified().clone(), &stranger).unwrap().to_string();
    says(&sent(forged.as_bytes(), key.as_bytes()).await, "is not signed with the key desk.invalid/extract");
    says(&sent(manifest.replace("\"people\":900", "\"people\":10").as_bytes(), key.as_bytes()).await, "manifest");
    says(&sent(b"no manifest", key.as_bytes()).await, "expected one line of JSON");
    let other = PackageKey::generate().sealed_to(&Identity::generate().to_public()).unwrap();
    says(&sent(manifest.as_bytes(), other.as_bytes()).await, "not a package’s key that is sealed to this server");
    says(&sent(manifest.as_bytes(), &[b'x'; 100_000]).await, "Choose a file of at most");
    let nothing = upload(&[]).await;
    says(&nothing, "Choose the file that the data zone calls the manifest");
    assert!(nothing.text.contains("href=\"#key-file\""));
    let seen = desk.story.case().seq.to_string();
    let without_token = [("seen", None, seen.as_bytes()), ("manifest", Some("m"), manifest.as_bytes())];
    let refused = desk.story.site.signed_in(desk.analysts[0]).upload(&at("release/manifest"), &without_token).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.hand_in(desk.story.official, &honest).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.hand_in(desk.story.chair, &honest).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.hand_in(desk.analysts[1], &honest).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn without_the_engines_key_the_page_says_what_to_do() {
    let desk = Desk::without_engine();
    desk.give_key().await;
    let instruction = desk.instruct().await;
    let page = desk.get(desk.analysts[0], "release").await;
    assert!(page.text.contains("Nobody can hand in a manifest yet") && page.text.contains("[release]"));
    let answer = desk.hand_in(desk.analysts[0], &desk.carry_out(&instruction, |_| {})).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_receipt_waits_for_the_witnesses_that_the_policy_asks_for() {
    let desk = Desk::with_witness();
    desk.release().await;
    desk.publish();
    let page = desk.get(desk.manager, "release").await;
    assert!(page.text.contains("waits until the checkpoint satisfies the policy"), "{}", page.text);
    assert!(!page.text.contains("Download the receipt"));
    let answer = desk.take_receipt(desk.manager).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("waits for the witnesses"), "{}", answer.text);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_a_secret_one_never_shown_again() {
    let desk = Desk::agreed();
    let secret = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
    let flipped = format!("{}q", &desk.identity.to_public().to_string()[..61]);
    for (typed, said) in
        [(secret, "This is the secret half"), ("age1", "Enter a public age key"), (&flipped, "Enter a")]
    {
        let answer = desk.send(desk.manager, "release", "release/key", &[("key", typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.text.contains(said), "{}", answer.text);
        assert!(!answer.text.contains(secret));
    }
    let answer = desk.send(desk.story.official, "release", "release/key", &[("key", "age1")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(desk.story.case().recipient_key.is_none());
}

#[tokio::test]
async fn an_instruction_is_shown_before_it_is_signed_and_can_be_taken_back() {
    let desk = Desk::agreed();
    let fields = zone::asked("csv");
    let early = desk.send(desk.analysts[0], "release/instruct", "release/instruct", &fields).await;
    assert_eq!(early.status, StatusCode::BAD_REQUEST, "there is no key yet");
    assert!(early.text.contains("has not given the organisation"), "{}", early.text);
    desk.give_key().await;
    let wrong = [("format", ""), ("people-at-most", "some"), ("valid-until-day", "1")];
    let answer = desk.send(desk.analysts[0], "release/instruct", "release/instruct", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["#format", "#people-at-most", "#valid-until"] {
        assert!(answer.text.contains(&format!("href=\"{field}\"")), "{field}: {}", answer.text);
    }
    let late = [("format", "csv"), ("valid-until-day", "1"), ("valid-until-month", "1"), ("valid-until-year", "2040")];
    let answer = desk.send(desk.analysts[0], "release/instruct", "release/instruct", &late).await;
    assert!(answer.text.contains("Give a day from today to the end of the agreement"), "{}", answer.text);
    let shown = desk.send(desk.analysts[0], "release/instruct", "release/instruct", &fields).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    for said in ["ITEM_12", "replaced by a pseudonym", "1,000 at most", "E12000001, E12000002", "1999-2000"] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    assert!(!shown.text.contains("__header\">ITEM_11"), "what is left out does not leave");
    assert!(desk.story.case().releases.is_empty(), "nothing is signed yet");
    for other in [desk.story.officer, desk.story.chair] {
        assert_eq!(desk.get(other, "release/instruct").await.status, StatusCode::FORBIDDEN);
    }
    desk.instruct().await;
    let back = desk.send(desk.analysts[1], "release", "release/take-back", &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    assert_eq!(desk.instruct().await.release, "DS-2026-0001-R2");
}

#[tokio::test]
async fn a_manifest_that_is_sent_back_is_not_released_and_another_is() {
    let desk = Desk::agreed();
    desk.give_key().await;
    let instruction = desk.instruct().await;
    desk.hand_in(desk.analysts[0], &desk.carry_out(&instruction, |_| {})).await;
    let without = desk.send(desk.story.chair, "release/confirm", "release/return", &[("why", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut browser = desk.story.site.signed_in(desk.analysts[1]);
    let shown = browser.get(&at("release/confirm")).await;
    let back = desk.send(desk.story.chair, "release/confirm", "release/return", &[("why", "The wrong year.")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    let stale = desk.story.send_from(&mut browser, &shown, "release/confirm", &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let again = desk.carry_out(&instruction, |manifest| {
        manifest.files[0].years = vec![2011];
        manifest.files[0].columns.iter_mut().for_each(|column| column.years = vec![2011]);
    });
    assert_eq!(desk.hand_in(desk.analysts[1], &again).await.status, StatusCode::SEE_OTHER);
    let released = desk.send(desk.story.chair, "release/confirm", "release/confirm", &[]).await;
    assert_eq!(released.status, StatusCode::SEE_OTHER, "{}", released.text);
    desk.publish();
    let receipt: Receipt = parse_json(&desk.take_receipt(desk.manager).await.bytes).unwrap();
    let checked = receipt.check(&desk.policy(), Some(REFERENCE)).unwrap();
    assert_eq!(checked.manifest.digest(), again.manifest.digest());
    unpack(again.package.as_slice(), &receipt.key(&desk.identity).unwrap(), &checked.manifest, |_| Ok(std::io::sink()))
        .unwrap();
}

#[tokio::test]
async fn an_instruction_verifies_with_the_key_that_the_page_shows() {
    let desk = Desk::agreed();
    desk.give_key().await;
    desk.instruct().await;
    let file = desk.get(desk.analysts[0], "release/1/instruction").await;
    let signed = Signed::<Instruction>::parse(&file.bytes).unwrap();
    signed.verified_by(&desk.custodian().parse().unwrap()).unwrap();
    let log = desk.story.site.desk.data().key().unwrap();
    assert!(signed.verified_by(log.verifier()).is_err(), "the log's key signs no instruction");
    assert!(Policy::parse(format!("log {}\nquorum none\n", desk.custodian()).as_bytes()).is_ok());
}

#[tokio::test]
async fn the_recipients_data_managers_get_one_mail_when_the_receipt_can_be_taken() {
    let desk = Desk::agreed();
    let site = &desk.story.site;
    let other = site.organisation("Other Trust");
    site.person("eve@example.org", &[(casework::Role::DataManager, Some(other))]);
    site.person("max@example.org", &[(casework::Role::DataManager, Some(desk.story.trust()))]);
    desk.release().await;
    assert!(site.mails().is_empty(), "what is not in the public log cannot be opened");
    desk.publish();
    desk.publish();
    let now = site.now();
    let taken: Vec<store::casework::mail::Mail> = site
        .write(|transaction| store::casework::mail::take(transaction, now, 100))
        .into_iter()
        .map(|taken| taken.mail)
        .collect();
    let mut to: Vec<&str> = taken.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["max@example.org", "mia@example.org"]);
    for mail in &taken {
        assert_eq!(mail.subject, format!("{REFERENCE}: A package can be collected"));
        assert!(mail.text.contains(&format!("http://desk.example/desk/case/{REFERENCE}/release")), "{}", mail.text);
        for private in ["mia", "max@", "Absence", "Example Trust", "900"] {
            assert!(!mail.text.contains(private) && !mail.html.contains(private), "{private}: {}", mail.text);
        }
    }
    assert_eq!(desk.get(desk.manager, "release").await.status, StatusCode::OK, "the link leads somewhere");
}
