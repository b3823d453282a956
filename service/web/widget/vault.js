// Where the refresh token is kept. Not in localStorage: browsers carry its changes from tab to tab when they find the
// time, and a tab that reads a token late uses it a second time, which ends the session. A transaction is not late.

const STORE = "tokens";

export const readToken = (name) => within("readonly", (store) => store.get(name));

// Without a token, forgets the one there is.
export const keepToken = (name, token) => within("readwrite", (store) => (token ? store.put(token, name) : store.delete(name)));

async function within(mode, work) {
  const database = await opened();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

function opened() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("greenroom", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}
