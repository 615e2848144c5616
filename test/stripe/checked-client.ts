/**
 * The official client, with every answer held against Stripe's own description of its objects on the way
 * in. What Stripe could not have answered is collected, for the test file to fail with at its end: the client
 * would hide an error that is thrown here.
 */
import Stripe from 'stripe';
import { findFaults } from './schema';

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;

export function connect({ host, port }: { host: string; port: number }, faults: string[]): Stripe {
  return new Stripe('sk_test_shop', {
    host,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    httpClient: checking(Stripe.createNodeHttpClient(), faults),
  });
}

function checking(client: HttpClient, faults: string[]): HttpClient {
  const makeRequest = client.makeRequest.bind(client);
  client.makeRequest = async (...request) => {
    const response = await makeRequest(...request);
    const toJSON = response.toJSON.bind(response);
    response.toJSON = async () => {
      const answer: unknown = await toJSON();
      const [, , path, method] = request;
      faults.push(...findFaults(answer).map((fault) => `${method} ${path}: ${fault}`));
      return answer;
    };
    return response;
  };
  return client;
}
