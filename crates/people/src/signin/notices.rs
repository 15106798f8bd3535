//! Letters that tell somebody that a way in has changed: whoever did not do it learns of it, at the address that was known
//! before.

use platform::{
    Cx, Error,
    db::Tx,
    mail::{self, Letter},
};

use crate::words;

/// Writes that something about somebody's way in has changed; `what` says it after "somebody, most likely you,". Who has no
/// address gets no letter.
///
/// # Errors
/// The database's own.
pub(crate) async fn tell(cx: &Cx, tx: &Tx, name: &str, email: Option<&str>, what: &str) -> Result<(), Error> {
    let Some(email) = email else { return Ok(()) };
    let organisation = cx.settings.organisation();
    let moment = words::moment(cx.settings.local(cx.now), cx.today());
    let text = format!(
        "Hello {name},\n\nsomebody, most likely you, {what} at {organisation}, {moment}.\n\n\
         If it was you, there is nothing to do. If it was not, choose a new password at once, which signs you out everywhere, and \
         tell whoever runs the server:\n\n{}/sign-in/help\n",
        cx.app.config.public_url,
    );
    let subject = format!("Your way in to {organisation} has changed");
    mail::enqueue(tx, cx.now, &Letter { to: email.to_owned(), subject, text }).await
}
