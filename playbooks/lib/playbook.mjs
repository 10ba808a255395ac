// What a playbook imports. The product is TypeScript: Node 24 loads it as it is, Node 20 through tsx.
if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()

export const { playbook } = await import('./playbook.ts')
