//! Every public page and file over the demonstration register, through the real router.

use crate::support::site;
use crate::support::site::{Answer, TODAY, demonstration, get, header, request, visit};
use axum::http::{Method, StatusCode};
use register::tables::Snapshot;

#[tokio::test]
async fn every_page_names_the_checkpoint_behind_it() {
    let site = demonstration();
    let share = site.first_share("").await;
    let recipient = site.links("/find", "/recipient/").await.remove(0);
    let pages = ["/", "/find", "/figures", "/verify", "/about", "/data", "/statement/0", &share, &recipient];
    for page in pages {
        let answer = get(&site, page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8", "{page}");
        let named = format!("Computed from the first {} statements", site.size());
        assert!(answer.text.contains(&named), "{page}");
        assert!(answer.text.contains("This is a demonstration."), "{page}");
    }
}

#[tokio::test]
async fn the_home_page_counts_what_the_fold_counts() {
    let site = demonstration();
    let totals = site.register().totals();
    let home = get(&site, "/").await.text;
    for count in [totals.shares, totals.releases, totals.recipients] {
        assert!(home.contains(&format!("<span class=\"rc-counts__number\">{count}</span>")), "{count}");
    }
}

#[tokio::test]
async fn overdue_shares_are_those_whose_date_has_passed_on_the_day_of_asking() {
    let site = demonstration();
    let today = TODAY.parse::<register::Moment>().unwrap().date();
    let expected = site
        .register()
        .shares()
        .iter()
        .filter(|share| share.destruction() != register::vocabulary::Destruction::Confirmed)
        .filter(|share| share.destruction_due().is_some_and(|due| due.days_until(today) > 0))
        .count();
    assert!(expected > 0, "the demonstration has an overdue share");
    let found = get(&site, "/find?overdue=yes").await.text;
    assert!(found.contains(&format!(">{expected} share")), "expected {expected}");
    let years_before = site.on("2001-01-01T00:00:00Z");
    assert!(get(&years_before, "/find?overdue=yes").await.text.contains(">0 shares"));
}

#[tokio::test]
async fn an_overdue_share_says_how_that_is_worked_out() {
    let site = demonstration();
    let address = site.first_share("overdue=yes").await;
    let page = get(&site, &address).await.text;
    assert!(page.contains("Destruction is overdue by"));
    assert!(page.contains("How this is worked out"));
    assert!(page.contains("today is 24 November 2026"));
}

#[tokio::test]
async fn every_share_every_recipient_and_every_statement_has_a_page() {
    let site = demonstration();
    for share in site.register().shares() {
        let address = site::share_address(&share.reference);
        let page = get(&site, &address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        let json = get(&site, &format!("{address}?format=json")).await;
        let value: serde_json::Value = serde_json::from_str(&json.text).unwrap();
        assert_eq!(value["share"]["reference"], *share.reference, "{address}");
        assert_eq!(value["releases"].as_array().unwrap().len() as u64, share.release_count(), "{address}");
        assert_eq!(value["checkpoint"]["size"], site.size());
    }
    for recipient in site.register().recipients() {
        let page = get(&site, &format!("/recipient/{}", recipient.slug)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", recipient.slug);
    }
    for index in 0..site.size() {
        assert_eq!(get(&site, &format!("/statement/{index}")).await.status, StatusCode::OK, "{index}");
    }
    assert_eq!(get(&site, &format!("/statement/{}", site.size())).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_correction_shows_the_old_value_and_the_new_with_both_statements() {
    let site = demonstration();
    let corrected = site.shares_with("id=\"corrections\"").await;
    assert!(!corrected.is_empty(), "the demonstration has a correction");
    for page in corrected {
        let part = page.split("id=\"corrections\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(part.contains("It said") && part.contains("It says"));
        assert!(part.matches("href=\"/statement/").count() >= 2);
    }
}

#[tokio::test]
async fn withheld_texts_give_their_ground_and_erased_ones_their_statement() {
    let site = demonstration();
    let withheld = site.shares_with("<strong>Withheld.</strong>").await;
    assert!(withheld.iter().any(|page| page.contains("It opens on")));
    let erased = site.shares_with("<strong>Erased.</strong>").await;
    assert!(erased.iter().all(|page| page.contains("gone for good")));
    assert!(!erased.is_empty());
}

#[tokio::test]
async fn every_statement_has_a_proof_that_an_outsider_can_check() {
    let site = demonstration();
    let key: tlog::VerifierKey = get(&site, "/vkey").await.text.trim().parse().unwrap();
    for index in [0, 1, 255, 256, site.size() - 1] {
        let leaf = get(&site, &format!("/statement/{index}.json")).await.text;
        let proof: tlog::Proof = get(&site, &format!("/statement/{index}.tlog-proof")).await.text.parse().unwrap();
        assert_eq!(proof.index, index);
        proof.verify(&tlog::leaf_hash(leaf.as_bytes()), &key).unwrap();
    }
}

#[tokio::test]
async fn the_logs_files_are_served_as_the_specification_asks() {
    let site = demonstration();
    let entries = site.partial_tile("tile/entries/001.p");
    let checks = [
        ("/checkpoint", "text/plain; charset=utf-8", "no-cache"),
        ("/vkey", "text/plain; charset=utf-8", "no-cache"),
        ("/files", "text/plain; charset=utf-8", "no-cache"),
        ("/tile/0/000", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("/tile/entries/000", "application/octet-stream", "public, max-age=31536000, immutable"),
        (&entries, "application/octet-stream", "public, max-age=31536000, immutable"),
        ("/disclosures/000", "text/plain; charset=utf-8", "no-cache"),
        ("/register.sqlite", "application/vnd.sqlite3", "no-cache"),
        ("/downloads/shares.csv", "text/csv; charset=utf-8", "no-cache"),
        ("/downloads/statements.jsonl", "application/x-ndjson", "no-cache"),
    ];
    for (path, kind, keep) in checks {
        let answer = get(&site, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!((header(&answer, "content-type"), header(&answer, "cache-control")), (kind, keep), "{path}");
        assert_eq!(answer.bytes, std::fs::read(site.public().join(&path[1..])).unwrap(), "{path}");
        assert_eq!(header(&answer, "access-control-allow-origin"), "*", "{path}");
    }
}

#[tokio::test]
async fn a_file_can_be_taken_in_parts_and_asked_for_only_if_it_changed() {
    let site = demonstration();
    let part = request(&site, Method::GET, "/register.sqlite", &[("range", "bytes=0-15")]).await;
    assert_eq!((part.status, part.text.as_str()), (StatusCode::PARTIAL_CONTENT, "SQLite format 3\0"));
    let whole = get(&site, "/downloads/shares.csv").await;
    let since = header(&whole, "last-modified").to_owned();
    let again = request(&site, Method::GET, "/downloads/shares.csv", &[("if-modified-since", &since)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let beyond = request(&site, Method::GET, "/register.sqlite", &[("range", "bytes=99999999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn the_data_page_gives_every_file_of_the_signed_list_with_its_digest() {
    let site = demonstration();
    let note = tlog::Note::parse(&get(&site, "/files").await.bytes).unwrap();
    let list: register::listing::Listing = note.text().parse().unwrap();
    let Snapshot { size, .. } = list.snapshot;
    assert_eq!(size, site.size());
    let page = get(&site, "/data").await.text;
    for file in list.files {
        assert!(page.contains(&format!("href=\"/{}\"", file.path)), "{}", file.path);
        assert!(page.contains(&file.sha256), "{}", file.path);
    }
}

#[tokio::test]
async fn a_published_change_shows_without_a_restart() {
    let site = demonstration();
    let before = get(&site, "/healthz").await.text;
    site.publish_another_share();
    let after = get(&site, "/healthz").await.text;
    assert_ne!(before, after);
    assert_eq!(get(&site, &site::share_address("a/../b c?d#e%2F")).await.status, StatusCode::OK);
    assert_eq!(get(&site, &site::share_address("..")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_copy_of_the_public_folder_serves_the_same_pages_but_for_the_way_to_a_desk_that_it_has_not() {
    let site = demonstration();
    let copy = site.copy();
    let to_desk = " Those who apply for data and those who decide \
                   <a class=\"govuk-footer__link\" href=\"/desk/sign-in\">sign in here</a>.";
    for page in ["/", "/find", "/verify", "/about", "/statement/3", &site.first_share("").await] {
        let (one, other) = (get(&site, page).await, get(&copy, page).await);
        assert_eq!(one.text.replacen(to_desk, "", 1), other.text, "{page}");
        assert!(one.text.contains(to_desk), "{page}");
    }
}

#[tokio::test]
async fn without_a_register_there_is_a_plain_page_that_says_so() {
    let empty = site::empty();
    for page in [
        "/",
        "/find?q=a",
        "/figures",
        "/figures/releases.csv",
        "/share/x",
        "/recipient/x",
        "/verify",
        "/about",
        "/data",
        "/healthz",
    ] {
        let answer = get(&empty, page).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
        assert!(answer.text.contains("The register cannot be shown right now"), "{page}");
        assert_eq!(header(&answer, "retry-after"), "30");
    }
    std::fs::write(empty.public().join("register.sqlite"), "this is no database").unwrap();
    assert_eq!(get(&empty, "/").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_list_can_be_taken_as_a_table() {
    let site = demonstration();
    let answer = get(&site, "/find.csv?status=live").await;
    assert_eq!(header(&answer, "content-type"), "text/csv; charset=utf-8");
    let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| &row[7] == "live"));
}

#[tokio::test]
async fn a_head_request_has_the_same_headers_and_no_body() {
    let site = demonstration();
    for path in ["/", "/find", "/checkpoint", "/no-such-page"] {
        let Answer { status, bytes, .. } = visit(&site, Method::HEAD, path).await;
        assert_eq!(status, get(&site, path).await.status, "{path}");
        assert!(bytes.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_share_lists_the_digest_of_every_document_of_its_statements() {
    let site = demonstration();
    let mut documents = 0;
    for page in site.shares_with("id=\"documents\"").await {
        let part = page.split("id=\"documents\"").nth(1).unwrap().split("</table>").next().unwrap();
        let rows: Vec<&str> =
            part.split("data-rc-digest=\"").skip(1).map(|row| row.split("</tr>").next().unwrap()).collect();
        for row in rows {
            let index = row.split("/statement/").nth(1).unwrap().split('"').next().unwrap();
            let leaf = get(&site, &format!("/statement/{index}.json")).await.text;
            let digest = row.split("In the statement: ").nth(1).unwrap().split('<').next().unwrap();
            assert!(leaf.contains(&format!("\"{digest}\"")), "{index}");
            let digest: register::Digest = digest.parse().unwrap();
            let hex: String = digest.0.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(row.starts_with(&hex), "{index}");
            assert_eq!(row.contains("With a salt"), leaf.contains("\"evidence\""), "{index}");
            documents += 1;
        }
    }
    assert!(documents > 50, "{documents}");
}

#[tokio::test]
async fn the_module_comes_compressed_and_is_none_where_none_could_be_built() {
    let site = demonstration();
    let verify = get(&site, "/verify").await.text;
    let Some(address) = verify.split("data-wasm=\"").nth(1) else {
        println!("this program was built without the module: nothing to look at");
        return;
    };
    let address = address.split('"').next().unwrap();
    let plain = get(&site, address).await;
    assert_eq!((header(&plain, "content-type"), &plain.bytes[..4]), ("application/wasm", &b"\0asm"[..]));
    for (accepted, coding) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0", "")] {
        let answer = request(&site, Method::GET, address, &[("accept-encoding", accepted)]).await;
        assert_eq!(header(&answer, "content-encoding"), coding, "{accepted}");
        assert!(header(&answer, "vary").contains("accept-encoding"), "{accepted}");
        let largest = if coding.is_empty() { usize::MAX } else { plain.bytes.len() / 2 };
        assert!(answer.bytes.len() <= largest, "{accepted}: {} bytes", answer.bytes.len());
    }
}
