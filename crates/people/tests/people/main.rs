//! People doing things with the people room, on both databases.

mod door;
mod leaving;
mod lists;
mod profile;
mod teams;
mod world;
