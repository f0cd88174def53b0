import { connectOperator } from '@passerby/operator'
const [origin, token, federation, what = 'start'] = process.argv.slice(2)
const op = connectOperator({ origin, token })
while (op.getSnapshot().connection.state !== 'connected') await new Promise((r) => setTimeout(r, 50))
console.log(
  JSON.stringify(
    await op.command(
      what as any,
      what === 'revoke' ? ({ federation, invite: process.argv[6] } as any) : { federation },
    ),
  ),
)
op.close()
