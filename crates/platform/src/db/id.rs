//! Ids are types, so that a person's can't be taken for a team's; people see slugs and codes, never these.

use unicode_normalization::UnicodeNormalization;

/// Declares id types over UUIDv7, made in the order of time.
#[macro_export]
macro_rules! id {
    ($($(#[$about:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::sea_orm::DeriveValueType)]
        pub struct $name(pub ::uuid::Uuid);

        impl $crate::db::FromColumn for $name {
            fn from_sqlite(value: $crate::db::ValueRef<'_>) -> Option<Self> {
                <::uuid::Uuid as $crate::db::FromColumn>::from_sqlite(value).map(Self)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id! {
    /// A person, whatever the kind.
    PersonId,
    /// A team, a subteam, a region or a working group's team.
    TeamId,
}

/// The readable part of an address made from a name: `Lucía Ferrer` becomes `lucia-ferrer`.
///
/// Answers an empty text when the name holds no letter or digit of the Latin script or another one.
#[must_use]
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in crate::text::folded(name).chars() {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') && letter != '’' && letter != '\'' {
            slug.push('-');
        }
    }
    slug.nfc().collect::<String>().trim_end_matches('-').to_owned()
}
