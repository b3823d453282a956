// Pages of ours, read as documents.

// XMLHttpRequest, since it can read an answer as a document without a text in between that could become markup.
export const fetchPage = (url) => new Promise((found, failed) => {
  const request = new XMLHttpRequest();
  request.open("GET", url);
  request.responseType = "document";
  request.onload = () => (request.status === 200 && request.response ? found(request.response) : failed(request.status));
  request.onerror = () => failed(0);
  request.send();
});
