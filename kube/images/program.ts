/** An image's sources, and for which nodes it is meant. */
export interface ImageSource {
  /** Of the image: `file-manager-server`. */
  readonly name: string
  readonly folder: string
  /** `linux/amd64`. */
  readonly platform: string
}

/** A kind of program that images hold: which sources it has, and how it comes into a build context. */
export interface ImageProgram {
  /** File in an image's folder by which the kind is known. */
  readonly marker: string
  /** Files of the folder that are left out of the build context. */
  leavesOut(path: string): boolean
  /** What decides how the program comes out beyond the files of the build context, each as one text. Only looks. */
  identity(folder: string): readonly string[]
  /** Throws what `build` would throw, where this machine lacks something that it takes. Only looks. */
  needs(source: ImageSource): Promise<void>
  /** Builds the program into the build context `into`, which holds the folder's other files already. */
  build(source: ImageSource, into: string): Promise<void>
}
