//! People doing things with partnerships, on both databases.

mod doing;
mod imports;
mod pages;
mod today;
mod world;
