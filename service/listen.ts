// Binds an app to its address.
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Every address of both families: libuv clears IPV6_V6ONLY, so the socket also accepts IPv4. */
export const EVERY_ADDRESS = '::';
const EVERY_IPV4_ADDRESS = '0.0.0.0';
/** What the kernel reports for `::` where IPv6 is off: there is no such family, or no such address. */
const NO_IPV6_CODES: readonly unknown[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

/** Returns the port. `::` means IPv4 alone where IPv6 is off. Rejects when the port is in use. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (host !== EVERY_ADDRESS || !NO_IPV6_CODES.includes(code)) throw error;
    await app.listen({ host: EVERY_IPV4_ADDRESS, port });
  }
  return (app.server.address() as AddressInfo).port;
}
