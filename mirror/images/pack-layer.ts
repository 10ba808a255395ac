import { chmod, cp, mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hashOfFile } from '../../engine/archive/hash-of-file.ts'
import type { StepWork } from '../step.ts'
import { hashOf } from '../step-key.ts'
import type { Layer, LayerContent } from './image.ts'

/** Packs a layer; equal content gives equal bytes, whenever and by whomever it is packed. */
export async function packLayer(work: StepWork, content: LayerContent): Promise<Layer> {
  const root = 'root' in content ? content.root : await gathered(work, content.files)
  const tar = join(work.scratch, `${hashOf([JSON.stringify(content)])}.tar`)
  const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']
  await work.run('tar', [...plain, '-C', root, '-cf', tar, '.'])
  const diffId = `sha256:${await hashOfFile(tar, 'sha256', 'hex')}`
  await work.run('gzip', ['--no-name', '--force', tar])
  const file = `${tar}.gz`
  return { file, diffId, digest: `sha256:${await hashOfFile(file, 'sha256', 'hex')}`, size: (await stat(file)).size }
}

/** Programs at their places in an otherwise empty root. */
async function gathered(work: StepWork, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(work.scratch, 'root')
  await rm(root, { recursive: true, force: true })
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await cp(source, join(root, path))
    await chmod(join(root, path), 0o755)
  }
  return root
}
