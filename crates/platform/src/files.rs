//! Files that people bring: a folder beside the database by default, behind the library's trait for other stores.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, local::LocalFileSystem};

use crate::error::Error;

/// Where files are kept.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// Keeps them in a folder, which is made when it is missing.
    ///
    /// # Errors
    /// When the folder can't be made or opened.
    pub fn in_folder(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| Error::Ours(error.to_string()))?;
        Ok(Self(Arc::new(store)))
    }

    /// Keeps `content` under `name`, in place of what was there.
    ///
    /// # Errors
    /// When the store refuses, a full disk for example.
    pub async fn put(&self, name: &str, content: Bytes) -> Result<(), Error> {
        self.0.put(&name.into(), content.into()).await?;
        Ok(())
    }

    /// What is kept under `name`.
    ///
    /// # Errors
    /// Not found, or the store's own.
    pub async fn get(&self, name: &str) -> Result<Bytes, Error> {
        let found = self.0.get(&name.into()).await?;
        Ok(found.bytes().await?)
    }

    /// Takes away what is kept under `name`; nothing happens when there is nothing.
    ///
    /// # Errors
    /// The store's own.
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        match self.0.delete(&name.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(other) => Err(Error::Ours(other.to_string())),
        }
    }
}
