// What the HTTP endpoint of a receiver does with a request, for those who own the web server.
export { ByteBudget } from '../sources/http/ByteBudget';
export { readBody } from '../sources/http/readBody';
export { RequestAbortedError, RequestError } from '../sources/http/RequestError';
export { requestPayloads } from '../sources/http/requestPayloads';
