//! The second factor: codes of six digits that change every 30 seconds (RFC 6238), as every authenticator makes them.
//! Which step a code was of is kept by the store, so that no code is taken twice.

use qrcodegen::{QrCode, QrCodeEcc};
use register::Moment;
use totp_rs::{Builder, Secret, Totp};

use super::problem::Problem;

/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const SECRET: usize = 20;

/// Modules around the picture, as the specification of QR codes asks.
const MARGIN: i32 = 4;

/// Characters of the register's name that an authenticator shows.
const NAME: usize = 30;

/// A new secret.
///
/// # Errors
/// [`Problem::Fault`] where the system has no random bytes.
pub fn new_secret() -> Result<Vec<u8>, Problem> {
    let mut secret = vec![0_u8; SECRET];
    getrandom::fill(&mut secret).map_err(|_| Problem::Fault)?;
    Ok(secret)
}

/// The time step that a code is of, where it is of this secret and of now, or at most a step away. Space in it does not
/// matter: authenticators show some.
pub fn step_of(secret: &[u8], code: &str, now: Moment) -> Option<u64> {
    let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = u64::try_from(now.seconds()).ok()?;
    totp(secret, None)?.check(&code, seconds).filter(|_| digits)
}

/// The code of a secret at a moment.
pub(crate) fn code_at(secret: &[u8], now: Moment) -> Option<String> {
    let seconds = u64::try_from(now.seconds()).ok()?;
    Some(totp(secret, None)?.generate(seconds).to_string())
}

/// The secret as text, in groups of four, for whoever cannot scan a picture.
pub fn as_text(secret: &[u8]) -> String {
    let text = Secret::from(secret.to_vec()).to_base32();
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The picture that an authenticator scans, as SVG.
pub fn as_picture(secret: &[u8], register: &str, email: &str) -> Option<String> {
    let address = totp(secret, Some((register, email)))?.to_url().ok()?;
    let code = QrCode::encode_text(&address, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + MARGIN, y + MARGIN));
        }
    }
    let side = code.size() + 2 * MARGIN;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"240\" height=\"240\" role=\"img\" \
         aria-label=\"QR code that holds the key below\" shape-rendering=\"crispEdges\"><path fill=\"#ffffff\" \
         d=\"M0,0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>"
    ))
}

fn totp(secret: &[u8], named: Option<(&str, &str)>) -> Option<Totp> {
    let mut builder = Builder::new().with_secret(secret.to_vec());
    if let Some((register, email)) = named {
        // A colon separates the two in the address that an authenticator reads.
        // A long name would make a picture that a phone cannot read.
        let register: String = register.replace(':', " ").chars().take(NAME).collect();
        builder = builder.with_issuer(Some(register)).with_account_name(email.replace(':', " "));
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B: at second 59 the code of this secret is 94287082, whose last six digits are used here.
    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc_and_hold_for_a_step_on_either_side() {
        let at = |second| Moment::from_seconds(second).unwrap();
        assert_eq!(step_of(RFC, "287082", at(59)), Some(1));
        assert_eq!(step_of(RFC, "287 082", at(89)), Some(1));
        assert_eq!(step_of(RFC, "287082", at(90)), None);
        assert_eq!(step_of(RFC, "081804", at(1_111_111_109)), Some(37_037_036));
        for wrong in ["", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(RFC, wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_shown_as_text_and_as_a_picture() {
        assert_eq!(as_text(RFC), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let picture = as_picture(RFC, "Data: a register", "ada@example.org").unwrap();
        assert!(picture.starts_with("<svg") && picture.contains("M4,4h1v1h-1z"), "{picture}");
    }
}
